"""A citizen's words without what says who he is: for titles and examples that others read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from minhu.cases.models import Case

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HIDDEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "（邮箱略）"),
    (re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])"), "（证件号略）"),
    (re.compile(r"\+?(?<!\d)(?!(?:19|20)\d\d-\d)\d(?:[\s-]?\d){6,}"), "（号码略）"),
    (
        re.compile(rf"[{_PROVINCES}][A-Z][·\s]?[A-Z0-9]{{5,6}}"),
        "（车牌略）",
    ),
    (re.compile(r"\d{2,5}\s?(?:室|号房)"), "某室"),
    (re.compile(r"(我叫|名叫|姓名[::]?|联系人[::]?)\s*[\u4e00-\u9fff]{2,3}"), r"\1某某"),
    (re.compile(rf"([{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}?(先生|女士)"), r"\1某\2"),
)


def masked(words: str, names: Iterable[str] = ()) -> str:
    """The words with numbers, addresses of mail and known names hidden. names: of citizens, as they gave them."""
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            words = words.replace(name, "某某")
    for pattern, instead in _HIDDEN:
        words = pattern.sub(instead, words)
    return words


def names_of(cases: Iterable[int]) -> set[str]:
    """The names citizens gave with these cases, which no title and no example shows."""
    rows = Case.objects.filter(pk__in=list(cases)).values_list("citizen__name", "contacts__web__name")
    return {name for row in rows for name in row if name}
