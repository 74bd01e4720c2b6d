"""The switch's figures for Prometheus: counters since the start, and what is alive now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from minhu.carriers.sip.engine import SipEngine
from minhu.switch.engine import Switchboard
from minhu.switch.store import JournalStore


class SwitchFigures(Collector):
    """Read when asked for; nothing is counted twice."""

    def __init__(self, board: Switchboard, store: JournalStore, engine: SipEngine) -> None:
        self._board = board
        self._store = store
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        yield _counter("minhu_switch_calls", "Calls by what came of them", self._board.counts)
        yield _counter("minhu_switch_store", "Journal: batches, spooled entries, outages", self._store.counts)
        doors = {"refused": self._engine.doors.refused, "throttled": self._engine.doors.throttled}
        yield _counter("minhu_switch_packets", "Packets not looked at", doors)
        yield GaugeMetricFamily("minhu_switch_calls_alive", "Calls alive now", value=self._board.calls)
        yield GaugeMetricFamily("minhu_switch_database_up", "Whether the journal reaches it", value=self._store.is_up)


def serve(port: int, figures: SwitchFigures) -> None:
    """Offer the figures on a loopback port."""
    registry = CollectorRegistry()
    registry.register(figures)
    start_http_server(port, addr="127.0.0.1", registry=registry)


def _counter(name: str, words: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, words, labels=["kind"])
    for kind, count in counts.items():
        family.add_metric([kind], count)
    return family
