"""`fold`: layers of spec keys into the fields of a stage config, keeping for every value where it came from.

Precedence, lowest first: stage defaults, settings, IR fields, IR options, direct stage keys, `--set`, flags.
Within a layer the last write wins. `null` means "not set"; in `--set` it takes a setting back to its default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias, cast

from crucible_train.diagnostics.diagnostic import Loc


class Layer(IntEnum):
    """Where a value comes from. A higher layer wins over a lower one."""

    DEFAULT = 0
    """The stage's own default."""
    SETTINGS = 1
    """`CRUCIBLE_*` variables and `[tool.crucible]`."""
    IR = 2
    """A field of the training config."""
    OPTIONS = 3
    """A key of the training config's `options`."""
    DIRECT = 4
    """A stage key, by the stage's own name."""
    SET = 5
    """`--set KEY=VALUE`."""
    FLAG = 6
    """A command-line flag of its own, such as `--backend`."""

    @property
    def label(self) -> str:
        """The name shown to people."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Given:
    """One source of spec keys.

    `layer` `None` marks a whole spec, whose keys spread over the `ir`, `options` and `direct` layers.
    """

    values: Mapping[str, Any]
    layer: Layer | None = None


class Origin(NamedTuple):
    """Which key of which source a value was read from."""

    layer: Layer
    source: int
    """Index of the `Given`."""
    loc: Loc


class Route(NamedTuple):
    """Where one key of one source goes."""

    target: Loc
    """`("num_epochs",)` or `("training_config", "seed")`."""
    gathered: bool
    """Whether it joins `training_config`."""
    name: str
    """The last part of `target`."""
    origin: Origin


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


@dataclass(slots=True)
class Folded:
    """Layers folded into stage fields. Targets are `("num_epochs",)` or `("training_config", "seed")`."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    origins: dict[Loc, Origin] = field(default_factory=dict[Loc, Origin])
    """Where each value is from; those without an origin are defaults."""
    overridden: list[tuple[Origin, Origin]] = field(default_factory=list[tuple[Origin, Origin]])
    """The origin that lost, the origin that won."""
    conflicts: list[tuple[Loc, Origin, Origin]] = field(default_factory=list[tuple[Loc, Origin, Origin]])
    """Target, and two spellings of it in one mapping, in the order they were written."""
    passed_on: list[Loc] = field(default_factory=list[Loc])
    """Targets in `training_config` under names that only the backend may know."""
    unknown: list[Origin] = field(default_factory=list[Origin])
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

    def read(self, index: int, given: Given, table: Table) -> None:
        """Fold one source."""
        values = given.values
        for first, second in table.two_names:
            if values.get(first) is not None and values.get(second) is not None:
                self._conflict(values, table.top[first], table.top[second])
        for key, value in self._read_level(values, table.top):
            if key == "options":
                self._options(index, given, table, value)
            elif key == "training_config":
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
            if value is None or target in origins:
                self._put(route, value)
            else:
                origins[target] = origin
                (backend if gathered else fields)[name] = value
        return rest

    def _options(self, index: int, given: Given, table: Table, options: Any) -> None:
        if not isinstance(options, Mapping):
            self._not_a_mapping("options", given, options)
            return  # another type than a mapping is refused by the IR's own rules
        layer = Layer.OPTIONS if given.layer is None else given.layer
        level = cast("Mapping[str, Any]", options)
        for name, value in self._read_level(level, table.options):
            self._pass_on(name, value, Origin(layer, index, ("options", name)))

    def _training_config(self, index: int, given: Given, training_config: Any) -> None:
        layer = Layer.DIRECT if given.layer is None else given.layer
        if isinstance(training_config, Mapping):
            for name, value in cast("Mapping[str, Any]", training_config).items():
                self._pass_on(name, value, Origin(layer, index, ("training_config", name)))
        elif not self._not_a_mapping("training_config", given, training_config):
            origin = Origin(layer, index, ("training_config",))
            self._put(Route(("training_config",), False, "training_config", origin), training_config)

    def _not_a_mapping(self, key: str, given: Given, value: Any) -> bool:
        """Whether `value` is a null, which in `--set` takes back everything that was given under `key`."""
        if value is None and given.layer is Layer.SET:
            for target, origin in list(self._folded.origins.items()):
                if origin.loc[0] == key:
                    self._take_back(target)
        return value is None

    def _pass_on(self, name: str, value: Any, origin: Origin) -> None:
        target = ("training_config", name)
        self._folded.passed_on.append(target)
        self._put(Route(target, True, name, origin), value)

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
            if earlier.layer > origin.layer:
                self._folded.overridden.append((origin, earlier))
                return
            merged = _over(holder[name], value) if origin.layer is Layer.SET else value
            if merged is value:
                self._folded.overridden.append((earlier, origin))
            value = merged
        holder[name] = value
        self._folded.origins[target] = origin

    def _take_back(self, target: Loc) -> None:
        if self._folded.origins.pop(target, None) is not None:
            (self._backend if len(target) > 1 else self._folded.values).pop(str(target[-1]))

    def _conflict(self, values: Mapping[str, Any], one: Route, other: Route) -> None:
        keys = (one.origin.loc[0], other.origin.loc[0])
        first, second = (one, other) if next(key for key in values if key in keys) == keys[0] else (other, one)
        self._folded.conflicts.append((one.target, first.origin, second.origin))


def fold_all(tables: Sequence[Table], givens: Sequence[Given], defaults: Mapping[str, Any]) -> Folded:
    """Fold every source through its table."""
    folder = Folder()
    for index, (given, table) in enumerate(zip(givens, tables, strict=True)):
        folder.read(index, given, table)
    return folder.finish(defaults)
