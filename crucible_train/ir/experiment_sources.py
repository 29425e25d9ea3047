"""What a stage of an experiment reads: the experiment's shared parts, then its own options.

`experiment_fields` lists the shared parts, and the key that each is read as.

Lowest precedence first: the experiment's shared parts, its `training_config`, the `training_config` among
the stage's options, the other options. A value that is no mapping where one belongs is not read here: the
experiment's own types have refused it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from crucible_train.ir.experiment_fields import FOR_OTHERS, FOR_TRAINING
from crucible_train.loops.stage_config import Layer, StageConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.diagnostics.diagnostic import Loc
    from crucible_train.ir.spec import Source


def stage_sources(document: Source, index: int, label: str, model: type[StageConfig]) -> list[Source]:
    """The sources of the stage at `index` of the pipeline, lowest precedence first."""
    data = document.values
    shared = shared_values(document, label, trains=model.trains())
    keys = model.spec_keys()
    sources = [
        _part(
            document,
            {key: value for key, (value, _) in shared.items() if key in keys and value is not None},
            Layer.EXPERIMENT,
            _moved({key: place for key, (_, place) in shared.items()}),
            reader=label,
        )
    ]
    stage_def: Mapping[str, Any] = data["pipeline"][index]
    options = mapping_or_empty(stage_def.get("options"))
    place: Loc = ("pipeline", index, "options")
    if not model.trains():
        return [*sources, _part(document, options, None, _below(place))]
    holders: tuple[tuple[Mapping[str, Any], Loc, str], ...] = ((data, (), label), (options, place, ""))
    specs = [
        _part(document, holder["training_config"], None, _below((*where, "training_config")), reader)
        for holder, where, reader in holders
        if isinstance(holder.get("training_config"), Mapping)
    ]
    rest = {key: value for key, value in options.items() if key != "training_config"}
    if not isinstance(options.get("training_config", {}), Mapping):
        rest["training_config"] = options["training_config"]  # refused, or a null that says nothing
    # Where nothing else is a whole spec, the options are one, and have to be complete.
    named = any(holder.get("training_config") is not None for holder, _, _ in holders)
    own = _part(document, rest, Layer.DIRECT if named else None, _below(place))
    return [*sources, *specs, own]


def shared_values(document: Source, label: str, *, trains: bool) -> dict[str, tuple[Any, Loc]]:
    """Key to its value and the part of the experiment it is from, for a stage called `label`.

    Of two parts for one key, the one counts whose file is nearest to the top (`extends`), then the first.
    Where no part has a value for a key, it is `None`, at the last place to look for one.
    """
    found: dict[str, tuple[Any, Loc]] = {}
    for part, key, labelled in FOR_TRAINING if trains else FOR_OTHERS:
        value = value_at(document.values, part)
        held, place = found.get(key, (None, part))
        if held is not None and (value is None or document.rank_at(part) <= document.rank_at(place)):
            continue
        found[key] = (f"{value}-{label}" if labelled else value, part)
    return found


def _part(
    document: Source,
    values: Mapping[str, Any],
    layer: Layer | None,
    whole: Callable[[Loc], Loc],
    reader: str = "",
) -> Source:
    return document._replace(values=values, layer=layer, reading=(), whole=whole, reader=reader)


def _below(place: Loc) -> Callable[[Loc], Loc]:
    def whole(loc: Loc) -> Loc:
        return (*place, *loc)

    return whole


def _moved(places: Mapping[str, Loc]) -> Callable[[Loc], Loc]:
    def whole(loc: Loc) -> Loc:
        return (*places.get(str(loc[0]), (loc[0],)), *loc[1:]) if loc else loc

    return whole


def mapping_or_empty(value: object) -> Mapping[str, Any]:
    """`value`, or nothing where it is no mapping."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def value_at(data: Mapping[str, Any], loc: Loc) -> Any:
    """What `data` has at `loc`, mappings inside mappings; `None` where there is nothing."""
    value: Any = data
    for part in loc:
        value = mapping_or_empty(value).get(str(part))
    return value
