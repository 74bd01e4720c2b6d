"""The one-time code by which a citizen shows that a number is his: short-lived, few tries, few a day.

Refusal
├── WrongCode        not the code that was sent last
├── CodeOver         it expired, was used, or was tried too often
├── CodeTooSoon      one was sent a moment ago
├── TooManyCodes     enough were sent today
└── NothingToConfirm no mobile number was left, or it is confirmed
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minhu.rules.errors import Refusal

LASTS = timedelta(minutes=10)
BETWEEN = timedelta(minutes=1)
MOST_TRIES = 5
MOST_A_DAY = 3
DIGITS = 6


class WrongCode(Refusal):
    code = "wrong_code"
    words = "验证码不对，请对照最近一条短信再输一遍。"


class CodeOver(Refusal):
    code = "code_over"
    words = "这个验证码已经失效，请重新获取。"


class CodeTooSoon(Refusal):
    code = "code_too_soon"
    words = "验证码刚刚发出，请等一分钟；还没收到，再点一次。"


class TooManyCodes(Refusal):
    code = "too_many_codes"
    words = "今天发给这个号码的验证码已经够多，请明天再试。不确认也照样办理。"


class NothingToConfirm(Refusal):
    code = "nothing_to_confirm"
    words = "没有要确认的手机号：没有留手机号，或者已经确认过。"


def spelled(entropy: bytes) -> str:
    """Six digits. entropy: eight random bytes, so that no code is likelier than another by more than one in 10^13."""
    return f"{int.from_bytes(entropy, 'big') % 10**DIGITS:0{DIGITS}}"


def hidden(words: str, number: str) -> str:
    """A text with the code in it, as people other than its reader may see it."""
    return words.replace(number, "•" * DIGITS) if number else words


def may_send(sent_at: list[datetime], at: datetime) -> None:
    """sent_at: when codes went to this number in the last day. Raises: CodeTooSoon, TooManyCodes."""
    if any(at - one < BETWEEN for one in sent_at):
        raise CodeTooSoon
    if len(sent_at) >= MOST_A_DAY:
        raise TooManyCodes
