"""What a built-in backend makes of the settings it is told: rules that hold where a spec chooses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train import registry
from crucible_train.schema.conditions import merged, set_somewhere, within
from crucible_train.schema.generator import NULL, model_schema, nullable, rules

if TYPE_CHECKING:
    from collections.abc import Collection

    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.schema.conditions import Path, Places
    from crucible_train.schema.generator import Schema


class Told:
    """A backend's rules for the keys of a spec, wherever the spec may write them."""

    def __init__(self, backend: str, model: type[StageConfig]) -> None:
        self.backend = backend
        self._model = model
        schema = model_schema(registry.training_config_model(backend).unwrap())
        # A stage's own setting is not passed on, whatever the backend would make of it.
        self._known: dict[str, Any] = {
            name: nullable(rule)
            for name, rule in schema["properties"].items()
            if name not in model.option_keys()
        }
        self._settings = f"{backend}-settings"
        self.definitions: Schema = {**schema.pop("$defs", {}), self._settings: {"properties": self._known}}
        self._closed = schema.get("additionalProperties") is False
        # A model that is missing is the reference's problem, and a stage's own default is there.
        has_default = {"model_ref", *model.training_config_defaults}
        self._required = [name for name in schema.get("required", ()) if name not in has_default]

    def beside(self) -> Schema:
        """Rules for the keys of a training config that go to the backend."""
        return {"properties": {key: rules(self._known.get(key, NULL)) for key in self._model.backend_keys}}

    def in_options(self) -> Schema:
        """Rules for the `options` of a spec."""
        return self._rules({*self._known, *self._model.option_keys()})

    def passed_on(self) -> Schema:
        """Rules for a mapping that goes to the backend as it is."""
        return self._rules({*self._known})

    def _rules(self, names: Collection[str]) -> Schema:
        closed: Schema = {"propertyNames": {"enum": sorted(names)}} if self._closed else {}
        return {"$ref": f"#/$defs/{self._settings}", **closed}

    def in_spec(self) -> Schema:
        """Rules for a whole spec."""
        return merged(self.in_direct(), {"properties": {"training_config": self.passed_on()}})

    def in_direct(self) -> Schema:
        """Rules for stage keys beside a whole spec."""
        return merged(self.beside(), {"properties": {"options": self.in_options()}})

    def in_options_of_stage(self, spec: Path) -> Schema:
        """Rules for the options of a stage, which hold a whole spec at `spec`."""
        return merged(self.in_direct(), within(spec, self.in_spec()))

    def complete(self, places: Places) -> list[Schema]:
        """What the backend requires is set."""
        return [{"$comment": "CRU102", **set_somewhere(places(name))} for name in self._required]
