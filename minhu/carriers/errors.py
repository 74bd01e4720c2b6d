"""What can go wrong outside.

CarrierError
├── permanent=True    trying again cannot help: wrong credentials, address taken, number refused
└── permanent=False   trying again may help: connection lost, gateway busy
"""

from __future__ import annotations


class CarrierError(Exception):
    """The outside world failed."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent
