"""The schema of an experiment: the IR's, with what each built-in stage of the pipeline makes of it.

A stage reads its own options, and the experiment's shared parts below them (`ir.experiment_sources`). So the
options are judged where they stand, and the shared parts as far as a stage of the pipeline reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_ir import Experiment
from crucible_train import registry
from crucible_train.schema.conditions import (
    all_of,
    any_of,
    effective,
    given,
    merged,
    set_somewhere,
    unset,
    within,
)
from crucible_train.schema.document import document
from crucible_train.schema.extending import extendable
from crucible_train.schema.generator import CHECKED_BY, NULL, model_schema, nullable, rules
from crucible_train.schema.stage_keys import NON_EMPTY
from crucible_train.schema.stages import SPEC, StageSchema
from crucible_train.schema.stored_data import STORED

if TYPE_CHECKING:
    from crucible_train.schema.conditions import Path
    from crucible_train.schema.generator import Schema
    from crucible_train.schema.told import Told

_SHARED: dict[str, Path] = {
    "run_name": ("id",),
    "backend": ("backend", "id"),
    "dataset_ref": ("dataset",),
    "outputs": ("outputs",),
}
"""Setting of a stage to the shared part it is read from, besides the training config."""

_TOLD: Path = ("backend", "options")
"""What the backend of every training stage is told."""


EXAMPLES: list[Schema] = [
    {
        "id": "check-then-train",
        "backend": {"id": "local"},
        "dataset": {"name": "train.jsonl"},
        "pipeline": [
            {"name": "validate_data"},
            {"name": "supervised_train", "options": {"model_ref": {"id": "byte-lm"}, "epochs": 3}},
            {"name": "report"},
        ],
        "outputs": [{"name": "summary", "formats": ["markdown", "html"]}],
    }
]


def experiment_schema(name: str) -> Schema:
    """The schema of an experiment file, as `crucible validate` reads it.

    A stage that is not built in is a plug-in's (CRU503), and its options are open.
    """
    schema = model_schema(Experiment)
    definitions: Schema = schema.pop("$defs")
    stages = [
        _Stage(stage, StageSchema(registry.stage(stage).unwrap().config_model))
        for stage in registry.BUILT_IN["stages"]
    ]
    stage_def = definitions["StageDef"]
    stage_def["properties"]["name"] |= {
        "anyOf": [{"enum": [stage.name for stage in stages]}, NON_EMPTY],
        CHECKED_BY: ["CRU503"],
    }
    stage_def["allOf"] = [stage.typed_options() for stage in stages]
    backends = list(registry.BUILT_IN["training_client"])
    named: Schema = {"anyOf": [{"enum": backends}, NON_EMPTY], CHECKED_BY: ["CRU502"]}
    schema["allOf"] = [within(("backend", "id"), named)]
    for stage in stages:
        definitions |= {**stage.schema.definitions, stage.name: stage.options()}
        for told in stage.schema.backends:
            definitions |= stage.told_definitions(told)
        schema["allOf"] += stage.conditions()
    schema["description"] = (
        f"An experiment, as `crucible validate` and `crucible run` read it. {schema['description']}"
    )
    return document(name, {**extendable(schema, definitions), "examples": EXAMPLES}, definitions)


class _Stage:
    """A built-in stage, and what it makes of an experiment."""

    def __init__(self, name: str, schema: StageSchema) -> None:
        self.name = name
        self.schema = schema
        self.model = schema.model
        self._named = given(("name",), {"const": name})

    def typed_options(self) -> Schema:
        """A rule for a stage of the pipeline: its options are what this stage accepts."""
        options = {"anyOf": [{"$ref": f"#/$defs/{self.name}"}, NULL]}
        return {"if": self._named, "then": {"properties": {"options": options}}}

    def options(self) -> Schema:
        """The options by themselves: what they lack, the experiment may have."""
        return {**self.schema.partial_options(), "title": self.name}

    def conditions(self) -> list[Schema]:
        """Rules for the experiment as a whole."""
        found = [self._if_present(rule) for rule in self._shared_rules()]
        found += self._required()
        for told in self.schema.backends:
            found += self._backend_rules(told)
        codes = self.model.errors_between_settings
        return [*found, {CHECKED_BY: list(codes)}] if codes else found

    def _if_present(self, rule: Schema, condition: Schema | None = None) -> Schema:
        """`rule` for an experiment with this stage in its pipeline, of which `condition` holds."""
        stage = self._named if condition is None else all_of(self._named, condition)
        return {
            "if": {"properties": {"pipeline": {"contains": stage}}, "required": ["pipeline"]},
            "then": rule,
        }

    def _for_each(self, rule: Schema, condition: Schema | None = None) -> Schema:
        """`rule` for every stage of this name in the pipeline, of which `condition` holds."""
        stage = self._named if condition is None else all_of(self._named, condition)
        return {"properties": {"pipeline": {"items": {"if": stage, "then": rule}}}}

    def _shared_rules(self) -> list[Schema]:
        """Rules of this stage for the parts that it shares with others."""
        properties = self.schema.keys.spec()
        stored = nullable({"$ref": f"#/$defs/{STORED}"})
        if self.model.trains():
            own: Schema = {
                key: rules(properties[key])
                for key in ("early_stopping", "options", "dataset_ref")
                if key in properties
            }
            told = rules(properties["training_config"])
            return [
                within(("dataset",), stored),
                within(SPEC, {"properties": own}),
                within(_TOLD, told),
            ]
        found: list[Schema] = []
        if "dataset_ref" in properties:
            in_config: Path = (*SPEC, "dataset_ref")
            found.append(within(in_config, stored))
            found.append({"if": unset(in_config), "then": within(("dataset",), stored)})
        if "outputs" in properties:
            found.append(within(("outputs",), rules(properties["outputs"])))
        return found

    def _required(self) -> list[Schema]:
        """What the stage requires is in its options, or in a shared part."""
        found: list[Schema] = []
        for name in self.schema.required_names():
            shared = [(*SPEC, *path) for path in self.schema.in_spec(name)]
            if name in _SHARED:
                shared.append(_SHARED[name])
            if name not in self.model.model_fields:
                shared.append((*_TOLD, name))
            if ("id",) in shared:
                continue  # an experiment always has one
            own = set_somewhere([("options", *path) for path in self._places(name)])
            found.append({"$comment": "CRU102", **any_of(*map(given, shared), self._for_each(own))})
        return found

    def _places(self, name: str) -> list[Path]:
        return self.schema.in_options(name) if self.model.trains() else self.schema.in_spec(name)

    def told_definitions(self, told: Told) -> Schema:
        """A backend's rules for the options of this stage, and for the shared parts."""
        shared = merged(within(SPEC, told.in_direct()), within(_TOLD, told.passed_on()))
        return {
            f"{self.name}-{told.backend}": told.in_options_of_stage(SPEC),
            f"{self.name}-{told.backend}-shared": shared,
        }

    def _backend_rules(self, told: Told) -> list[Schema]:
        """A backend's rules, wherever it is the one that takes effect."""
        chosen: Schema = {"const": told.backend}
        everywhere = effective([(*SPEC, "options", "backend"), _SHARED["backend"]], chosen)
        spec: Path = ("options", *SPEC)
        beside = [("options", *path) for path in self.schema.in_options("backend")]
        alone = [("options", *path) for path in self.schema.in_spec("backend")]
        says_beside = effective(beside, chosen)
        says = any_of(all_of(given(spec), says_beside), all_of(unset(spec), effective(alone, chosen)))
        silent = unset(*beside)
        found: list[Schema] = []
        for when, own in ((given(SPEC), says_beside), (unset(SPEC), says)):
            found.append(
                {
                    "if": all_of(when, everywhere),
                    "then": self._told(told, any_of(own, silent)),
                    "else": {"if": when, "then": self._told(told, own)},
                }
            )
        return found

    def _told(self, told: Told, condition: Schema) -> Schema:
        options = {"properties": {"options": {"$ref": f"#/$defs/{self.name}-{told.backend}"}}}
        shared = {"$ref": f"#/$defs/{self.name}-{told.backend}-shared"}
        return all_of(self._for_each(options, condition), self._if_present(shared, condition))
