"""Values that another key of the same document overrides, as if they took effect.

A wrong value is a mistake, whatever wins over it: the winner may be removed tomorrow, and a schema, which
judges key by key, says so, too. Only `--set` and flags silence what they replace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from crucible_train.loops.folding import Layer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from crucible_train.diagnostics.diagnostic import Loc
    from crucible_train.ir.spec import Source
    from crucible_train.loops.folding import Folded, Origin


class Uncovered(NamedTuple):
    """Sources without some of the values that won, and where those are that lost to them."""

    sources: Sequence[Source]
    losers: frozenset[tuple[int, Loc]]
    """(source, loc)."""
    of_backend: bool
    """Whether they name the backend. All others are judged by the backend that takes effect."""

    def holds(self, source: int, loc: Loc) -> bool:
        """Whether the value at `loc` of a source is, or is part of, one that lost."""
        return any(source == index and loc[: len(above)] == above for index, above in self.losers)


def uncovered(sources: Sequence[Source], folded: Folded) -> list[Uncovered]:
    """What there is to judge, once more, because something wins over it.

    Only the highest values are taken away: below them others may win over yet others.
    """
    pairs = [(loser, winner) for loser, winner in folded.overridden if _in_document(loser, winner)]
    found: list[Uncovered] = []
    for of_backend in (False, True):
        chosen = [pair for pair in pairs if _names_backend(pair[0]) is of_backend]
        losers = frozenset((loser.source, loser.loc) for loser, _ in chosen)
        winners = {(winner.source, winner.loc) for _, winner in chosen}
        if losers:
            found.append(Uncovered(_without(sources, winners - losers), losers, of_backend))
    return found


def _in_document(loser: Origin, winner: Origin) -> bool:
    return loser.layer > Layer.SETTINGS and winner.layer < Layer.SET


def _names_backend(origin: Origin) -> bool:
    return origin.loc[-1] == "backend"


def _without(sources: Sequence[Source], places: Collection[tuple[int, Loc]]) -> list[Source]:
    result = list(sources)
    for index, loc in places:
        result[index] = result[index]._replace(values=removed(result[index].values, loc))
    return result


def removed(values: Mapping[str, Any], loc: Loc) -> dict[str, Any]:
    """`values` without what is at `loc`."""
    key, below = str(loc[0]), loc[1:]
    copy = dict(values)
    if below:
        copy[key] = removed(cast("Mapping[str, Any]", values[key]), below)
    else:
        del copy[key]
    return copy
