"""What supervision keeps."""

from __future__ import annotations

from minhu.supervision.models.check import Check, CheckTry, InspectorPhone
from minhu.supervision.models.draw import Draw
from minhu.supervision.models.liveness import Correction, LivenessTest

__all__ = ["Check", "CheckTry", "Correction", "Draw", "InspectorPhone", "LivenessTest"]
