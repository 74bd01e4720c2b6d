"""What can go wrong outside.

CarrierError
├── permanent=True    trying again cannot help: wrong credentials, address taken, number refused
└── permanent=False   trying again may help: connection lost, gateway busy

WrongSetting           a setting that the adapter cannot work with; told before anything is connected
"""

from __future__ import annotations


class CarrierError(Exception):
    """The outside world failed."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class WrongSetting(ValueError):
    """name: of the setting, as the adapter calls it. cure: what is wrong with it."""

    def __init__(self, name: str, cure: str) -> None:
        super().__init__(f"{name} {cure}")
        self.name = name
        self.cure = cure
