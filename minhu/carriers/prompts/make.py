"""Make the placeholder recordings anew: ``python -m minhu.carriers.prompts.make [NAME …]``.

Needs the package pypinyin and the programs espeak-ng and sox; running Minhu needs none of them. Characters read by
espeak-ng directly are not understandable; pinyin with tones, read by its ``cmn-latn-pinyin`` voice, is.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Final

from pypinyin import Style, lazy_pinyin

from minhu.carriers.prompts import HERE

_DIGITS: Final = "零一二三四五六七八九"
_WORDS_A_MINUTE: Final = "160"
_TRIM: Final = ("silence", "1", "0.01", "0.4%", "reverse", "silence", "1", "0.01", "0.4%")
_SHAPE: Final = ("-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer")


def number(value: int) -> str:
    """0 to 59 in Chinese characters."""
    if value < 10:
        return _DIGITS[value]
    tens, ones = divmod(value, 10)
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def texts() -> dict[str, tuple[str, bool]]:
    """Each name with what is said, and whether it is a whole sentence (and not a piece of one)."""
    listed = tomllib.loads((HERE / "prompts.toml").read_text(encoding="utf-8"))
    said = {name: (text, True) for name, text in listed["sentences"].items()}
    said |= {name: (text, False) for name, text in listed["pieces"].items()}
    return said | {f"n{value}": (number(value), False) for value in range(60)}


def speak(text: str, file: Path, *, sentence: bool) -> None:
    """Write one recording; a sentence ends in a short pause, a piece in hardly any."""
    pinyin = " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.wav"
        voice = ["espeak-ng", "-v", "cmn-latn-pinyin", "-s", _WORDS_A_MINUTE, "-w", str(raw), pinyin]
        subprocess.run(voice, check=True, capture_output=True)  # noqa: S603
        pause = "0.3" if sentence else "0.04"
        shape = ["sox", "-D", str(raw), *_SHAPE, str(file), *_TRIM, "reverse", "norm", "-4", "pad", "0.02", pause]
        subprocess.run(shape, check=True, capture_output=True)  # noqa: S603


_TONES: Final = {
    "ringback": ("synth", "1", "sine", "450", "vol", "0.2", "pad", "0", "4"),  # one second in five: GB/T 3380
    "hold_music": (
        "synth",
        "0.15",
        "sine",
        "523",
        "synth",
        "0.15",
        "sine",
        "mix",
        "659",
        "vol",
        "0.1",
        "pad",
        "0",
        "6",
    ),
}


def tone(name: str, file: Path) -> None:
    """Write a tone that is played over and over."""
    shape = ["sox", "-D", "-n", *_SHAPE, str(file), *_TONES[name]]
    subprocess.run(shape, check=True, capture_output=True)  # noqa: S603


def main() -> None:
    """Make the recordings named, or all of them."""
    wanted = set(sys.argv[1:])
    for name in _TONES:
        if not wanted or name in wanted:
            tone(name, HERE / f"{name}.wav")
    for name, (text, sentence) in texts().items():
        if not wanted or name in wanted:
            speak(text, HERE / f"{name}.wav", sentence=sentence)


if __name__ == "__main__":
    main()
