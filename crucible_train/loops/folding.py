"""`fold`: layers of spec keys into the fields of a stage config, keeping for every value where it came from.

Sources come lowest precedence first, and a later one wins over an earlier one. Within a whole spec, IR fields
come below IR options, and those below direct stage keys. That makes, lowest first: stage defaults, settings,
the experiment, IR fields, IR options, direct stage keys, `--set`, flags. Within a layer the last write wins.
`null` means "not set"; in `--set` it takes a setting back to its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from crucible_train.diagnostics.diagnostic import Loc


class Layer(IntEnum):
    """Where a value comes from. A higher layer wins over a lower one."""

    DEFAULT = 0
    """The stage's own default."""
    SETTINGS = 1
    """`CRUCIBLE_*` variables and `[tool.crucible]`."""
    EXPERIMENT = 2
    """What an experiment says for all of its stages."""
    IR = 3
    """A field of the training config."""
    OPTIONS = 4
    """A key of the training config's `options`."""
    DIRECT = 5
    """A stage key, by the stage's own name."""
    SET = 6
    """`--set KEY=VALUE`."""
    FLAG = 7
    """A command-line flag of its own, such as `--backend`."""

    @property
    def label(self) -> str:
        """The name shown to people."""
        return self.name.lower()


class Keys(Protocol):
    """One source of spec keys."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Key to value, as they were written."""
        ...

    @property
    def layer(self) -> Layer | None:
        """`None` marks a whole spec, whose keys spread over the `ir`, `options` and `direct` layers."""
        ...


class Given(NamedTuple):
    """Spec keys, and nothing else about them."""

    values: Mapping[str, Any]
    layer: Layer | None = None


class Origin(NamedTuple):
    """Which key of which source a value was read from."""

    layer: Layer
    source: int
    """Its index."""
    loc: Loc


Route: TypeAlias = tuple[Loc, bool, str, Origin]
"""Where one key of one source goes: the target, whether it joins `training_config`, the last part of the
target, the origin. A target is `("num_epochs",)` or `("training_config", "seed")`.

A plain tuple, because every key of every spec is routed through one.
"""

Routes: TypeAlias = Mapping[str, Route]
"""Key to route, for one level of one source."""


class Table(NamedTuple):
    """What `fold` needs to know of a stage, for the source at one index and layer."""

    top: Routes
    """Top-level keys, but for `options` and `training_config`, which hold keys themselves."""
    options: Routes
    """Keys of `options` that name a field."""
    two_names: tuple[tuple[str, str], ...]
    """Pairs of top-level keys that set one field."""
    trains: bool = True
    """Whether `options` and `training_config` are such keys here, or unknown like any other."""


class Folded:
    """Layers folded into stage fields."""

    __slots__ = ("beneath", "conflicts", "origins", "overridden", "passed_on", "unknown", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[Loc, Origin] = {}
        """Where each value is from; those without an origin are defaults."""
        self.beneath: dict[Loc, tuple[Origin, ...]] = {}
        """Where the values are from that mappings of overrides were laid over, the nearest first."""
        self.overridden: list[tuple[Origin, Origin]] = []
        """The origin that lost, the origin that won."""
        self.conflicts: list[tuple[Loc, Origin, Origin]] = []
        """Target, and two spellings of it in one mapping, in the order they were written."""
        self.passed_on: dict[Loc, Origin] = {}
        """Targets in `training_config` under names that only the backend may know, nulls among them."""
        self.unknown: list[Origin] = []
        """Keys that are neither the spec's nor the stage's."""


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`below` with `above` laid over it, mappings merged key by key; `None` above takes a key away."""
    result = dict(below)
    for key, value in above.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _over(result.get(key), value)
    return result


def _over(below: Any, above: Any) -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return overlay(cast("Mapping[str, Any]", below), cast("Mapping[str, Any]", above))
    return above


class Folder:
    """The state of one fold: `read` every source, lowest precedence first, then `finish`."""

    def __init__(self) -> None:
        self._folded = Folded()
        self._backend: dict[str, Any] = {}

    def read(self, index: int, given: Keys, table: Table) -> None:
        """Fold one source."""
        values = given.values
        for first, second in table.two_names:
            if values.get(first) is not None and values.get(second) is not None:
                self._conflict(values, table.top[first], table.top[second])
        for key, value in self._read_level(values, table.top):
            if key == "options" and table.trains:
                self._options(index, given, table, value)
            elif key == "training_config" and table.trains:
                self._training_config(index, given, value)
            else:
                self._folded.unknown.append(Origin(given.layer or Layer.IR, index, (key,)))

    def finish(self, defaults: Mapping[str, Any]) -> Folded:
        """What was folded, with `defaults` for the keys of `training_config` that nobody gave."""
        values = self._folded.values
        backend = {**defaults, **self._backend}
        if backend and "training_config" not in values:
            values["training_config"] = backend
        return self._folded

    def _read_level(self, level: Mapping[str, Any], routes: Routes) -> list[tuple[str, Any]]:
        """Take the keys that have a route, and return the rest."""
        rest: list[tuple[str, Any]] = []
        origins, fields, backend = self._folded.origins, self._folded.values, self._backend
        for key, value in level.items():
            route = routes.get(key)
            if route is None:
                rest.append((key, value))
                continue
            target, gathered, name, origin = route
            if value is not None and origins.setdefault(target, origin) is origin:
                (backend if gathered else fields)[name] = value
            else:
                self._put(route, value)
        return rest

    def _options(self, index: int, given: Keys, table: Table, options: Any) -> None:
        if not isinstance(options, Mapping):
            if not self._is_null("options", given, options):
                self._folded.unknown.append(Origin(given.layer or Layer.IR, index, ("options",)))
            return
        layer = Layer.OPTIONS if given.layer is None else given.layer
        level = cast("Mapping[str, Any]", options)
        for name, value in self._read_level(level, table.options):
            self._pass_on(name, value, Origin(layer, index, ("options", name)))

    def _training_config(self, index: int, given: Keys, training_config: Any) -> None:
        layer = Layer.DIRECT if given.layer is None else given.layer
        if isinstance(training_config, Mapping):
            for name, value in cast("Mapping[str, Any]", training_config).items():
                self._pass_on(name, value, Origin(layer, index, ("training_config", name)))
        elif not self._is_null("training_config", given, training_config):
            origin = Origin(layer, index, ("training_config",))
            self._put((origin.loc, False, "training_config", origin), training_config)

    def _is_null(self, key: str, given: Keys, value: Any) -> bool:
        """Whether `value` is a null, which in `--set` takes back everything that was given under `key`."""
        if value is None and given.layer is Layer.SET:
            for target, origin in list(self._folded.origins.items()):
                if origin.loc[0] == key:
                    self._take_back(target)
        return value is None

    def _pass_on(self, name: object, value: Any, origin: Origin) -> None:
        if not isinstance(name, str):
            self._folded.unknown.append(origin)
            return
        target = ("training_config", name)
        self._folded.passed_on[target] = origin
        self._put((target, True, name, origin), value)

    def _put(self, route: Route, value: Any) -> None:
        """Set a target by the rules of precedence."""
        target, gathered, name, origin = route
        if value is None:
            if origin.layer is Layer.SET:
                self._take_back(target)
            return
        holder = self._backend if gathered else self._folded.values
        earlier = self._folded.origins.get(target)
        if earlier is not None:
            if earlier.source == origin.source and earlier.layer > origin.layer:
                self._folded.overridden.append((origin, earlier))
                return
            merged = _over(holder[name], value) if origin.layer is Layer.SET else value
            below = self._folded.beneath.pop(target, ())
            if merged is value:
                self._folded.overridden.append((earlier, origin))
            else:
                self._folded.beneath[target] = (earlier, *below)
            value = merged
        holder[name] = value
        self._folded.origins[target] = origin

    def _take_back(self, target: Loc) -> None:
        name = str(target[-1])
        self._folded.beneath.pop(target, None)
        if self._folded.origins.pop(target, None) is not None:
            (self._backend if len(target) > 1 else self._folded.values).pop(name)

    def _conflict(self, values: Mapping[str, Any], one: Route, other: Route) -> None:
        target, _, _, origin = one
        pair = {str(origin.loc[0]): origin, str(other[3].loc[0]): other[3]}
        first, second = (pair[key] for key in values if key in pair)
        self._folded.conflicts.append((target, first, second))
