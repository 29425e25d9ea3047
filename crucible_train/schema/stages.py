"""What a stage accepts, as schemas: a spec (a file), and its options (what `Stage.run` is called with).

The options of a training stage hold a whole spec (`training_config`), stage keys that win over it, or both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train import registry
from crucible_train.schema.between_settings import SAID, two_names
from crucible_train.schema.conditions import (
    ANYTHING,
    all_of,
    any_of,
    effective,
    given,
    merged,
    set_somewhere,
    unset,
    within,
)
from crucible_train.schema.generator import CHECKED_BY, NULL, nullable
from crucible_train.schema.stage_keys import DATASET_REFS, REQUIRED, StageKeys
from crucible_train.schema.stored_data import STORED
from crucible_train.schema.told import Told

if TYPE_CHECKING:
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.schema.conditions import Path, Places
    from crucible_train.schema.generator import Schema

SPEC: Path = ("training_config",)
"""Where the options of a training stage hold a whole spec."""


class StageSchema:
    """The schemas of a stage. `definitions` is what their `$ref`s name."""

    def __init__(self, model: type[StageConfig]) -> None:
        self.model = model
        built_in = registry.BUILT_IN["training_client"] if model.trains() else ()
        self.backends = [Told(name, model) for name in built_in]
        codes = model.errors_between_settings
        self._said = {code: SAID[code] for code in codes if code in SAID}
        self._unsaid = [code for code in codes if code not in SAID]
        self._plain, self.keys = StageKeys(model, stored=False), StageKeys(model, stored=True)
        self.definitions: Schema = {**self._plain.definitions, **self.keys.definitions}
        for told in self.backends:
            self.definitions |= told.definitions

    def spec(self, default_backend: str) -> Schema:
        """A spec file as `crucible validate` accepts it; `default_backend` trains where it names none."""
        rules = self._object(self.keys.spec())
        if not self.model.trains():
            return rules
        conditions: list[Schema] = rules["allOf"]
        conditions += self._required(self.in_spec)
        certain = [name for name in self.required_names() if len(self.in_spec(name)) == 1]
        rules["required"] = sorted(certain)
        conditions += self._between(self.in_spec)
        backend = self.in_spec("backend")
        for told in self.backends:
            chosen = effective(backend, {"const": told.backend})
            if told.backend == default_backend:
                chosen = any_of(unset(*backend), chosen)
            judged = all_of(told.in_spec(), *told.complete(self.in_spec))
            conditions.append({"if": chosen, "then": judged})
        return rules

    def options(self) -> Schema:
        """What `Stage.run` accepts, but for what only Python has: ports, a run's control."""
        if not self.model.trains():
            return self._object(self.keys.spec())
        rules = self.partial_options(stored=False)
        conditions: list[Schema] = rules["allOf"]
        conditions.append(
            {
                "if": given(SPEC),
                "then": all_of(*self._required(self.in_options), *self._no_nulls(SPEC, ())),
                "else": all_of({"not": {"propertyNames": {"const": SPEC[0]}}}, *self._no_nulls(())),
            }
        )
        conditions += self._between(self.in_options)
        backend = self.in_options("backend")
        for told in self.backends:
            judged = all_of(told.in_options_of_stage(SPEC), *told.complete(self.in_options))
            conditions.append({"if": effective(backend, {"const": told.backend}), "then": judged})
        conditions.append({"if": any_of(*map(given, backend)), "then": self._stored_references()})
        return rules

    def partial_options(self, *, stored: bool = True) -> Schema:
        """The options of the stage, as far as they can be judged by themselves."""
        keys = self.keys if stored else self._plain
        properties = keys.partial_spec()
        if self.model.trains():
            inner = self._object(keys.partial_spec(), described=False)
            properties[SPEC[0]] = {
                "anyOf": [inner, NULL],
                "description": "A whole training config, in the vocabulary of a spec for this stage.",
            }
        return self._object(properties, complete=False)

    def in_spec(self, name: str) -> list[Path]:
        """Where a spec may set `name`, highest precedence first."""
        info = self.model.model_fields.get(name)
        if info is None:  # told to the backend
            beside: list[Path] = [(name,)] if name in self.model.backend_keys else []
            return [(*SPEC, name), ("options", name), *beside]
        options: list[Path] = [("options", name)] if name in self.model.option_keys() else []
        alias = info.validation_alias
        if alias is None:
            return [(name,), *options]
        return [*options, (name,)] if alias == name else [(name,), *options, (str(alias),)]

    def in_options(self, name: str) -> list[Path]:
        """Where the options of the stage may set `name`, highest precedence first."""
        in_spec = self.in_spec(name)
        # Beside a whole spec all keys are of one layer, so that what is read last wins.
        direct = sorted((path for path in in_spec if path[:1] != SPEC), key=lambda path: path[0] != "options")
        return [*direct, *((*SPEC, *path) for path in in_spec)]

    def _object(self, properties: Schema, *, described: bool = True, complete: bool = True) -> Schema:
        """A mapping with these keys and no others, none of them under two names."""
        stage, required = self.keys.stage, self.keys.required
        renamed = [(row.source, row.target) for row in self.model.mapping_table() if row.rule == "renamed"]
        conditions = [*two_names(renamed), *([{CHECKED_BY: self._unsaid}] if self._unsaid else [])]
        return {
            **({"description": stage["description"]} if described else {}),
            "type": "object",
            "properties": properties,
            **({"required": sorted(required)} if required and complete else {}),
            "additionalProperties": False,
            **({"allOf": conditions} if conditions else {}),
        }

    def required_names(self) -> list[str]:
        """What has to be set, by the stage's names, or by the backend's for what it is told."""
        names = {row.source: row.target for row in self.model.mapping_table() if row.rule != "gathered"}
        needed = [names.get(key, key) for key in self._required_keys()] if self.model.trains() else []
        return list(dict.fromkeys((*needed, *self.keys.stage.get("required", ()))))

    def _required(self, places: Places) -> list[Schema]:
        """Every required key is set under one of its names."""
        return [{"$comment": "CRU102", **set_somewhere(places(name))} for name in self.required_names()]

    def _between(self, places: Places) -> list[Schema]:
        """The rules between settings that a schema can say."""
        return [{"$comment": code, **said(places)} for code, said in self._said.items()]

    def _no_nulls(self, spec: Path, *above: Path) -> list[Schema]:
        """No required key is null in `spec`, where none of the specs `above` it has the same key."""
        return [
            any_of(*(given((*one, key)) for one in above), within((*spec, key), ANYTHING))
            for key in self._required_keys()
        ]

    def _required_keys(self) -> list[str]:
        return [key for key in REQUIRED if key in self.model.spec_keys()]

    def _stored_references(self) -> Schema:
        """Rules for every data-set reference in the options, where a backend is chosen."""
        stored = nullable({"$ref": f"#/$defs/{STORED}"})
        found: Schema = {}
        for name in DATASET_REFS:
            for path in self.in_options(name) if name in self.model.model_fields else ():
                found = merged(found, within(path, stored))
        return found
