"""The keys of a spec for one stage, each with the rules of everybody who judges it.

A training stage reads the training config's keys by the IR's rules and by its own, its own settings beside
them or in `options`, and tells the backend the rest. Another stage has its own settings and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from crucible_ir import DatasetRef, TrainingConfig
from crucible_train import registry
from crucible_train.schema.generator import CHECKED_BY, NULL, model_schema, notes, nullable
from crucible_train.schema.stored_data import STORED, stored_dataset_ref
from crucible_train.schema.stricter import both

if TYPE_CHECKING:
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.schema.generator import Schema

DATASET_REFS = ("dataset_ref", "eval_dataset_ref")
"""Fields that hold a data-set reference, which a stage keeps as the mapping that was written."""

REQUIRED = ("id", "model_ref", "dataset_ref")
"""Keys that a whole spec has to have, under one of their names."""

NON_EMPTY: Schema = {"type": "string", "minLength": 1}

_NO_DEFAULT = object()
_COMPLETE: dict[str, Any] = {"id": "a", "model_ref": {"id": "a"}, "dataset_ref": {"name": "a"}}


class StageKeys:
    """The properties of a spec for a stage. `definitions` is what their `$ref`s name."""

    def __init__(self, model: type[StageConfig], *, stored: bool) -> None:
        """`stored`: data-set references are judged as a store judges them, too."""
        self.model = model
        self.stage = model_schema(model, by_alias=False)
        ir = model_schema(TrainingConfig)
        self.definitions: Schema = {
            **ir.pop("$defs"),
            **self.stage.pop("$defs", {}),
            STORED: stored_dataset_ref(),
        }
        self._options_name = f"{model.__name__}{'' if stored else 'AnyStore'}Options"
        self._dataset_ref: Schema = {"$ref": f"#/$defs/{STORED if stored else DatasetRef.__name__}"}
        self._ir: Schema = ir["properties"]
        self._ir["dataset_ref"] |= self._dataset_ref
        self.required = frozenset[str](() if model.trains() else self.stage.get("required", ()))
        """Settings that cannot be left out, of a stage that reads no whole spec."""
        self._rows = {row.source: row for row in model.mapping_table()}
        self._own = {name: self._setting(name) for name in model.model_fields}
        if model.trains():
            self.definitions[self._options_name] = self._options_object()

    def spec(self) -> Schema:
        """The properties of a whole spec."""
        properties = {key: self._key(key) for key in self._ordered()}
        if self.model.trains():
            properties["options"] = self._options()
            properties["training_config"] = self._told()
        return properties

    def partial_spec(self) -> Schema:
        """The same where the spec is not alone: a required key may be null, and says nothing."""
        required = {*REQUIRED, *self.required}
        return {key: nullable(value) if key in required else value for key, value in self.spec().items()}

    def _options_object(self) -> Schema:
        """The `options` of a spec: settings of the stage, and what is passed on to the backend."""
        passed_on = self.model.option_keys() | frozenset(self.model.backend_keys)
        return {
            "type": "object",
            "properties": {
                name: rule for name, rule in self._own.items() if name in self.model.option_keys()
            },
            "propertyNames": {"not": {"enum": sorted(self.model.spec_keys() - passed_on)}},
            "additionalProperties": True,
        }

    def _options(self) -> Schema:
        return {
            "anyOf": [{"$ref": f"#/$defs/{self._options_name}"}, NULL],
            CHECKED_BY: ["CRU206"],
            "description": "Settings of the stage, by their names; every other key goes to the backend.",
            **self._maps_to("options"),
        }

    def _told(self) -> Schema:
        """The `training_config` of a spec: what the backend is told, and nothing of the stage's."""
        not_told = self.model.spec_keys() - frozenset(self.model.backend_keys)
        branch: Schema = {
            "type": "object",
            "propertyNames": {"not": {"enum": sorted(not_told)}},
            "additionalProperties": True,
        }
        return {
            "anyOf": [branch, NULL],
            CHECKED_BY: ["CRU206"],
            "description": "What the backend is told, besides the keys of its that a spec has itself.",
        }

    def _ordered(self) -> list[str]:
        """The keys that are settings themselves: those of the training config first, as the IR has them."""
        apart = {"options", "training_config"} if self.model.trains() else set[str]()
        keys = self.model.spec_keys() - apart
        return [key for key in dict.fromkeys((*self._ir, *self._own)) if key in keys]

    def _key(self, key: str) -> Schema:
        row = self._rows.get(key)
        own = self._own.get(key if row is None else row.target)
        ir = self._ir.get(key)
        found = dict(own or ir or {}) if own is None or ir is None else both(ir, own, self.definitions)
        found.pop("default", None)  # the IR's defaults are not the stage's
        default = (own or {}).get("default", self.model.training_config_defaults.get(key, _NO_DEFAULT))
        if default is not _NO_DEFAULT and (ir is None or _ir_accepts(key, default)):
            found["default"] = default
        return {**found, **self._maps_to(key)}

    def _maps_to(self, key: str) -> Schema:
        row = self._rows.get(key)
        return {} if row is None else {"x-crucible-maps-to": row.target}

    def _setting(self, name: str) -> Schema:
        """A field of the stage, which may be null: that means "not set"."""
        found: Schema = self.stage["properties"][name]
        if name in DATASET_REFS:
            found = {**self._dataset_ref, **notes(found)}
        if name == "backend" and self.model.trains():
            named = {"enum": list(registry.BUILT_IN["training_client"])}
            found = {"anyOf": [named, NON_EMPTY, NULL], CHECKED_BY: ["CRU502"], **notes(found)}
        return found if name in self.required else nullable(found)


def _ir_accepts(key: str, default: Any) -> bool:
    """Whether a stage's default may be written under the IR's key: its 0 for "never" may not."""
    try:
        TrainingConfig.model_validate({**_COMPLETE, key: default})
    except ValidationError:
        return False
    return True
