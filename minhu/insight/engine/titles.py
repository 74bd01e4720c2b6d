"""What a group is called and which of its texts stand for it: chosen from what citizens wrote, never invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhu.insight.engine.groups import Report
from minhu.insight.engine.places import recognised
from minhu.insight.engine.wording import TITLE, Frequencies, Terms, headline, likeness, weighed

MOST_READ = 200
_SHORT, _LONG = 6, 32


@dataclass(frozen=True, slots=True)
class Extract:
    """A title that one text has, and the keys of texts that stand for all, the most telling first."""

    title: str
    texts: tuple[str, ...]


def extract(reports: Sequence[Report], known: Frequencies, *, most: int = 3) -> Extract:
    """The title nearest to all others; then texts that are near to all and unlike those chosen already.

    reports:  texts of one group; of very many the newest are read.
    """
    newest = sorted(reports, key=lambda one: (one.at, one.key))[-MOST_READ:]
    if not newest:
        return Extract("", ())
    heads = {one.key: headline(one.title, one.detail) for one in newest}
    terms = {key: weighed(head, rest, known) for key, (head, rest) in heads.items()}
    whole = _sum(list(terms.values()))
    central = {key: likeness(one, whole) / len(terms) for key, one in terms.items()}
    titles = {one.key: (one.title.strip() or one.detail.strip())[:TITLE] for one in newest}
    best = min(terms, key=lambda key: (-_worth(heads[key][0], central[key]), key))
    return Extract(titles[best], _spread_out(terms, central, most))


def _worth(head: str, central: float) -> float:
    """How good a title: near to all, neither curt nor long, and with a name in it."""
    fitting = 1.0 if _SHORT <= len(head) <= _LONG else 0.7
    return central * fitting * (1.15 if recognised(head) else 1.0)


def _spread_out(terms: dict[str, Terms], central: dict[str, float], most: int) -> tuple[str, ...]:
    chosen: list[str] = []
    rest = sorted(terms)

    def told_already(key: str) -> float:
        return max((likeness(terms[key], terms[one]) for one in chosen), default=0.0)

    while rest and len(chosen) < most:
        best = min(rest, key=lambda key: (told_already(key) - 1.2 * central[key], key))
        chosen.append(best)
        rest.remove(best)
    return tuple(chosen)


def _sum(all_terms: Sequence[Terms]) -> Terms:
    whole: Terms = {}
    for terms in all_terms:
        for term, weight in terms.items():
            whole[term] = whole.get(term, 0) + weight
    return whole
