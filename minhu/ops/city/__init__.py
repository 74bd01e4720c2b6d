"""The invented city of the demo: 安澜市, with 81 officials, their week, their staff, and citizens with matters.

演示数据：城市、单位、人物、事件、号码均为虚构。 Nothing here is taken from a real city, and nobody here exists.
"""

from __future__ import annotations

from minhu.ops.city.data import Caller, Matter, callers, matters
from minhu.ops.city.loading import LoadedCity, SignIn, load_city

__all__ = ["Caller", "LoadedCity", "Matter", "SignIn", "callers", "load_city", "matters"]
