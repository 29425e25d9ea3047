"""What a file says of a setting, over what the files it extends say of it by another name.

`extends` merges key by key. A setting has several keys, though: `learning_rate` may be in `options`, and
`epochs` is `num_epochs`. Of these the file nearest to the top decides, and within one file the usual rules
do. So that nothing is said twice, what is decided is not there any more for whoever reads the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity
from crucible_train.ir.experiment_sources import value_at
from crucible_train.ir.overridden import removed
from crucible_train.loops.stage_config import targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crucible_train.ir.spec import Source
    from crucible_train.loops.stage_config import StageConfig

_Place = tuple[int, Loc]
"""The index of a source, and a path into it."""


def nearest(sources: Sequence[Source], model: type[StageConfig]) -> list[Source]:
    """The sources of a stage without the keys that a file nearer to the top has a say on.

    A null has a say, too. What all stages of an experiment share is decided by itself: below that, a stage's
    own options win, whatever file they are in. A mapping of which something is lost in this way, because it
    is merged with none, gets a warning (CRU401).
    """
    held: dict[tuple[str, Loc], list[_Place]] = {}
    for index, source in enumerate(sources):
        if source.rank is not None:
            for loc, target in targets(model, source):
                held.setdefault((source.reader, target), []).append((index, loc))
    result = list(sources)
    for places in held.values():
        ranks = [sources[index].rank_at(loc) for index, loc in places]
        highest = max(ranks)
        winner = places[ranks.index(highest)]
        for place, rank in zip(places, ranks, strict=True):
            if rank < highest:
                _remove(result, place, sources, winner)
    return result


def parts_elsewhere(source: Source, loc: Loc) -> Iterator[Loc]:
    """The parts of the mapping at `loc` that are written in another file than it is, as paths below `loc`."""
    value = value_at(source.values, loc)
    for key in cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else ():
        if source.rank_at((*loc, key)) != source.rank_at(loc):
            yield (key,)
        for below in parts_elsewhere(source, (*loc, key)):
            yield (key, *below)


def _remove(result: list[Source], place: _Place, sources: Sequence[Source], winner: _Place) -> None:
    """Take away what is at `place`, because `winner` decides; say so where that has less."""
    index, loc = place
    source = result[index]
    lost, kept = value_at(sources[index].values, loc), value_at(sources[winner[0]].values, winner[1])
    reading = source.reading
    if isinstance(lost, Mapping) and isinstance(kept, Mapping):
        names = cast("Mapping[str, Any]", lost).keys() - cast("Mapping[str, Any]", kept).keys()
        if names:
            decides = sources[winner[0]].shown(winner[1])
            message = (
                f"`{source.shown(loc)}` has no effect: `{decides}`, nearer to the top, overrides it whole"
            )
            hint = f"write `{source.shown(loc)}` there, too: mappings of one name are merged"
            found = Diagnostic("CRU401", message, loc, hint=hint, severity=Severity.WARNING)
            reading = (*reading, source.place(found))
    result[index] = source._replace(values=removed(source.values, loc), reading=reading)
