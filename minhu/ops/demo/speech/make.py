"""Make the recordings anew: ``python -m minhu.ops.demo.speech.make``. Needs what carriers/prompts/make.py needs."""

from __future__ import annotations

from minhu.carriers.prompts.make import speak
from minhu.ops.demo.speech import CITIZENS, HERE, OFFICIALS

if __name__ == "__main__":
    for name, text in (CITIZENS | OFFICIALS).items():
        speak(text, HERE / f"{name}.wav", sentence=True)
