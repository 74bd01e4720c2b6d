"""Phone numbers: as people and networks write them, as we keep them, as we show them.

Kept as E.164 (``+8613800001111``); short codes and service numbers (12345, 95598, 1065…) are kept as their digits.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from minhu.rules.errors import Refusal

COUNTRY = "CN"

_CHINESE_MOBILE = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})")
_SERVICE = re.compile(r"(?:1\d{2}|1[02]\d{3}|9[56]\d{3,4}|106\d{3,17}|400\d{7}|800\d{7})")
_SEPARATORS = re.compile(r"[\s\-().·,，'’–—_/]+")


class NotANumber(Refusal):
    """This cannot be dialled."""

    code = "not_a_number"
    words = "这不是能拨打的电话号码，请检查位数和区号。"


@lru_cache(maxsize=50_000)
def normalise(raw: str) -> str:
    """The number as we keep it: E.164, or the bare digits of a short code.

    Takes full-width digits, spaces, dashes, ``+86``, ``0086``, ``86``, and Kannel's ``+139…``.
    Raises: NotANumber.
    """
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw).strip())
    mobile = _CHINESE_MOBILE.fullmatch(text)
    if mobile:
        return "+86" + mobile[1]
    if _SERVICE.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException:
        raise NotANumber from None
    if not phonenumbers.is_valid_number(number):
        raise NotANumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=50_000)
def is_mobile(number: str) -> bool:
    """Whether a kept number can receive texts."""
    if number.startswith("+861"):
        return _CHINESE_MOBILE.fullmatch(number) is not None
    if not number.startswith("+"):
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def mask(number: str) -> str:
    """The form that is shown without a reason: ``139****0021``, ``0558****12``; "" stays ""."""
    if not number:
        return ""
    digits = pretty(number).replace(" ", "").replace("-", "")
    head, tail = (3, 4) if is_mobile(number) and number.startswith("+861") else (4, 2) if len(digits) > 8 else (1, 1)
    return digits[:head] + "*" * max(1, min(4, len(digits) - head - tail)) + digits[-tail:]


@lru_cache(maxsize=10_000)
def pretty(number: str) -> str:
    """The form that people in the country dial: ``139 0000 0021``, ``0558-5112345``, ``+44 20 …``."""
    if not number.startswith("+"):
        return number
    if number.startswith("+861") and len(number) == 14:
        return f"{number[3:6]} {number[6:10]} {number[10:]}"
    parsed = phonenumbers.parse(number)
    if parsed.country_code == phonenumbers.country_code_for_region(COUNTRY):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL).replace(" ", "-")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
