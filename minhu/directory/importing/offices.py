"""Which office a written name means: 安澜市交通运输局, 市交通运输局 and 交通运输局 are one."""

from __future__ import annotations

import re

from minhu.directory.models import Office
from minhu.rules.words import OfficeKind

_GOVERNMENT = re.compile(r"(?:人民)?政府$|委员会$|党委$|县委$|区委$")
_OF_THE_CITY = re.compile(r"^市(?=..)(?!场|政工程|政设施|民|容)")
_CITY_ITSELF = frozenset(
    {"", "市", "市领导", "市委", "市政府", "市人民政府", "市委市政府", "市委、市政府", "市四大班子"}
)


class Offices:
    """The city's offices by what people may call them."""

    def __init__(self, city: Office) -> None:
        self._city = city
        self._by_name: dict[str, Office] = {}
        self._by_key: dict[str, Office] = {}
        for office in Office.objects.filter(city_id=city.pk).exclude(pk=city.pk).order_by("id"):
            self._by_name.setdefault(office.name, office)
            self._by_key.setdefault(self.key(office.name), office)

    def find(self, name: str) -> Office | None:
        """The office, or None when there is none of this name yet."""
        known = self._by_name.get(name) or self._by_key.get(self.key(name))
        if known is None and (name == self._city.name or self._without_city(name) in _CITY_ITSELF):
            return self._city
        return known

    def key(self, name: str) -> str:
        """What two spellings of one office share."""
        plain = self._without_city(name)
        return _GOVERNMENT.sub("", plain) or plain

    def _without_city(self, name: str) -> str:
        plain = re.sub(r"\s", "", name).removeprefix(self._city.name)
        return plain if plain in _CITY_ITSELF else _OF_THE_CITY.sub("", plain)


def kind_of(name: str) -> OfficeKind:
    """What a new office is, by the end of its name."""
    plain = _GOVERNMENT.sub("", name)
    if plain.endswith(("县", "区", "旗")) or (plain.endswith("市") and len(plain) > 1):
        return OfficeKind.COUNTY
    if plain.endswith(("镇", "乡", "街道", "街道办事处")):
        return OfficeKind.TOWNSHIP
    return OfficeKind.DEPARTMENT
