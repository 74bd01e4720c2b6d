"""How officials are named on pages and found by search. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from minhu.rules.words import OfficeKind

LONGEST_KEY = 200

_COMPOUND_SURNAMES = frozenset(
    ["欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文",
     "轩辕", "端木", "百里", "呼延", "南宫", "申屠", "万俟", "澹台", "单于", "独孤", "鲜于", "闾丘", "宗政", "濮阳",
     "淳于", "太叔"]
)  # fmt: skip

_SURNAMES = {
    "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "任": "ren", "朴": "piao", "盖": "ge",
    "区": "ou", "尉": "yu", "缪": "miao", "种": "chong", "乐": "yue", "员": "yun", "贠": "yun", "召": "shao",
    "折": "she", "秘": "bi", "冼": "xian", "洗": "xian", "逄": "pang", "繁": "po", "黑": "he", "能": "nai",
    "覃": "qin", "祭": "zhai", "藏": "zang", "牟": "mu", "隗": "wei", "应": "ying", "宁": "ning", "费": "fei",
    "曲": "qu", "过": "guo", "哈": "ha", "翟": "zhai", "谌": "chen", "訾": "zi", "华": "hua", "石": "shi",
}  # fmt: skip
"""Readings as surnames. Where a surname has two, the commoner; the other is added by _SECOND_READINGS."""

_COMPOUND_READINGS = {
    "尉迟": ["yu", "chi"],
    "万俟": ["mo", "qi"],
    "单于": ["chan", "yu"],
    "长孙": ["zhang", "sun"],
    "澹台": ["tan", "tai"],
    "鲜于": ["xian", "yu"],
}

_SECOND_READINGS = {
    "覃": "tan",
    "尉": "wei",
    "盖": "gai",
    "朴": "pu",
    "乐": "le",
    "石": "dan",
    "折": "zhe",
    "长": "zhang",
}


def full_title(office: str, office_kind: str, title: str) -> str:
    """The post as people say it: 市交通运输局局长. The city's own leaders carry the title alone: 副市长."""
    if office_kind == OfficeKind.CITY.value or title.startswith(office):
        return title
    return office + title


_DAYS = {"mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日"}


@lru_cache(maxsize=1000)
def hours_in_words(opening_hours: str) -> str:
    """``mon-fri 08:30-12:00`` as people read it: 周一至周五 08:30–12:00; "" is 全天."""
    if not opening_hours.strip():
        return "全天"
    shown = []
    for rule in filter(None, (part.strip() for part in opening_hours.lower().split(";"))):
        days, _, spans = rule.partition(" ")
        named = "至".join(_DAYS.get(day, day) for day in days.split("-"))
        shown.append(f"{named} {spans.strip().replace('-', '–')}")
    return "；".join(shown)


def hours_from_words(words: str) -> str:
    """The other way round, as people write it in a table: 周一至周五 8:30-12:00；周六 9:00-11:30, 工作日, 每天, 全天.

    What is written in our own form stays as it is; what cannot be understood is left for ``Hours.parse`` to refuse.
    """
    plain = unicodedata.normalize("NFKC", words).strip().lower()
    if plain in {"全天", "24小时", "全天24小时"}:
        return ""
    plain = plain.replace("星期", "周").replace("礼拜", "周").replace("周天", "周日")
    for said, meant in (("工作日", "mon-fri"), ("每天", "mon-sun"), ("每日", "mon-sun"), ("周末", "sat-sun")):
        plain = plain.replace(said, meant)
    for day, said in _DAYS.items():
        plain = plain.replace(said, day)
    plain = re.sub("[至到—–~―－]+", "-", plain)
    plain = re.sub(r"(?<=[a-z])(?=\d)", " ", plain)
    plain = re.sub(r"(?<=\d)\s*[,，、]\s*(?=\d)", " ", plain)
    return re.sub(r"[;\n]+\s*", "; ", re.sub(r"[^\S\n]+", " ", plain)).strip("; ")


def surname_and_given(name: str) -> tuple[str, str]:
    """欧阳敏 is 欧阳 and 敏; a name in Latin letters is kept whole, as given."""
    if not name or name[0].isascii():
        return "", name
    length = 2 if name[:2] in _COMPOUND_SURNAMES and len(name) > 2 else 1
    return name[:length], name[length:]


@lru_cache(maxsize=20_000)
def search_key(name: str) -> str:
    """What a name is found by in Latin letters: ``shanchunmei scm``; both readings where a surname has two."""
    readings = [_syllables(name)]
    if second := _SECOND_READINGS.get(name[:1]):
        readings.append([second, *readings[0][1:]])
    words: list[str] = []
    for syllables in readings:
        words += ["".join(syllables), "".join(syllable[0] for syllable in syllables if syllable)]
    return " ".join(dict.fromkeys(word for word in words if word))[:LONGEST_KEY]


def _syllables(name: str) -> list[str]:
    surname = name[:2] if name[:2] in _COMPOUND_SURNAMES else name[:1]
    if surname in _COMPOUND_READINGS:
        head = _COMPOUND_READINGS[surname]
    elif surname in _SURNAMES:
        head = [_SURNAMES[surname]]
    else:
        head = _plain(surname)
    return [*head, *_plain(name[len(surname) :])]


def _plain(text: str) -> list[str]:
    """Syllables in lower-case letters, ü as v, as people type it."""
    from pypinyin import Style, lazy_pinyin  # its dictionaries take half a second, which the switch need not pay

    syllables = lazy_pinyin(text, style=Style.NORMAL, errors=str.lower)
    return ["".join(letter for letter in syllable if letter.isalnum()) for syllable in syllables]
