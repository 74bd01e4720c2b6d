"""``minhu plan simulate``: run a queue model from a file and print what became of the callers, as JSON."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

from django.core.management.base import CommandError

from minhu.planner.engine.errors import InputUnclear
from minhu.planner.engine.queue_json import as_json, read_model
from minhu.planner.engine.queues import simulate

HELP = "run a queue model (docs/reference/queue-models.md) and print shares, waits and intervals as JSON"
MOST_THREADS = 64


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, required=True, help="JSON file, - for standard input")
    parser.add_argument("--threads", type=int, default=1, help="how many at once; the answer is the same")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Simulate and print. Raises: CommandError."""
    path, threads = options["model"], options["threads"]
    if not isinstance(path, Path) or not isinstance(threads, int):
        raise TypeError(options)
    if not 1 <= threads <= MOST_THREADS:
        raise CommandError(f"--threads：应是 1 到 {MOST_THREADS} 的整数，现为 {threads}。")
    try:
        model = read_model(_text(path))
        told = as_json(model, simulate(model, threads=threads))
    except InputUnclear as fault:
        raise CommandError(f"{path}：{fault.shown}") from None
    write(json.dumps(told, ensure_ascii=False, indent=2))


def _text(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise CommandError(f"{path}：读不了这个文件（{fault.strerror}），请检查路径。") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path}：不是 UTF-8 编码的文本，请另存为 UTF-8 的 JSON。") from None
