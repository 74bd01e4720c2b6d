"""Tracking codes: 8 characters, no look-alikes, the last one a check character, unguessable.

The alphabet has 31 characters (a prime), so a weighted sum modulo 31 finds every single wrong character and every
swap of neighbours. Seven random characters are 2.7 × 10^10 codes.
Source: ISO 7064 (pure systems with a prime modulus).
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXY"
LENGTH = 8
ENTROPY_BYTES = 8

_LOOKS_LIKE = str.maketrans({"0": "Q", "O": "Q", "1": "L", "I": "L", "Z": "2"})
_WORD = re.compile(r"(?<![0-9A-Z])[0-9A-Z](?:[ -]?[0-9A-Z]){7}(?![0-9A-Z])")


def make_code(entropy: bytes) -> str:
    """A code from at least ENTROPY_BYTES random bytes. Raises: ValueError when there are fewer."""
    if len(entropy) < ENTROPY_BYTES:
        raise ValueError(f"{ENTROPY_BYTES} random bytes are needed")
    number = int.from_bytes(entropy, "big")
    letters = []
    for _ in range(LENGTH - 1):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters) + _check_character(letters)


def is_code(text: str) -> bool:
    """Whether this is a well-formed code, exactly as we write it."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET) and _check_character(list(text[:-1])) == text[-1]


def read_code(text: str) -> str | None:
    """The code in what somebody typed: full-width, lower case, spaced or hyphenated, with look-alikes put right."""
    plain = unicodedata.normalize("NFKC", text).upper()
    for match in _WORD.finditer(plain):
        code = re.sub("[ -]", "", match[0]).translate(_LOOKS_LIKE)
        if is_code(code):
            return code
    return None


def _check_character(letters: list[str]) -> str:
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(letters, start=2))
    return ALPHABET[-total % len(ALPHABET)]
