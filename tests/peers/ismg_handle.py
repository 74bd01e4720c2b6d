"""Drives the ISMG of ``ismg.py``, which is given texts as the SMSC is: Msg_Fmt as data_coding, TP_udhi as esm_class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.peers.smsc_handle import Smsc

ACCOUNT, SECRET = "900001", "888888"


@dataclass(slots=True)
class Ismg(Smsc):
    """One ISMG, its port and its journal. version: of the protocol, 2.0 or 3.0."""

    version: str = "2.0"

    def command(self) -> list[str]:
        return ["-m", "tests.peers.ismg", "--version", self.version, "--account", ACCOUNT, "--secret", SECRET]

    def submits(self) -> list[dict[str, Any]]:
        """All fields of every SUBMIT it ever took."""
        return [line["all"] for line in self._do("submitted")]
