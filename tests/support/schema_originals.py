"""What the documents of the schemas are mutated from: golden rows, the example files, and pieces of both."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from crucible_ir import WIRE_TYPES, TrainingConfig
from crucible_train.result import Err, Ok
from crucible_train.schema.export import EXPERIMENT, SPEC, TOLD
from crucible_train.source import Document, SourceError, load_path
from tests.support.golden import REPOSITORY, SOURCES

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = ("roundtrip.jsonl", "validate.jsonl", "roundtrip_quirks.jsonl", "validate_quirks.jsonl")
MODEL = {"id": "byte-lm"}
STAGES = ("supervised_train", "supervised_train", "validate_data", "report")


def originals(name: str) -> list[dict[str, Any]]:
    """What there is for the schema `name`."""
    wire_names = {cls.__name__: wire_name for wire_name, cls in WIRE_TYPES.items()}
    if name in wire_names:
        return _golden(wire_names[name])
    pick = random.Random(name)
    specs = _specs(pick)
    if name == SPEC:
        return [*specs, *_extending("minimal.yaml", specs, pick)]
    if name == EXPERIMENT:
        experiments = [*_files(experiments=True), *_experiments(specs, pick)]
        return [*experiments, *_extending("experiment.yaml", experiments, pick)]
    if name.startswith(TOLD):
        return [
            {key: spec[key] for key in spec if key in ("model_ref", "seed", "optimizer")} for spec in specs
        ]
    if name in ("validate_data", "report"):
        return [_other_options(name, spec, pick) for spec in specs]
    return [_options(spec, specs, pick) for spec in specs]


def _extending(base: str, documents: list[dict[str, Any]], pick: random.Random) -> list[dict[str, Any]]:
    """Parts of some documents, over a valid example."""
    chosen = pick.sample(documents, min(len(documents), 8))
    return [
        {"extends": pick.choice((base, [base])), **{key: one[key] for key in one if pick.random() < 0.5}}
        for one in chosen
    ]


def _golden(wire_name: str) -> list[dict[str, Any]]:
    """The inputs of the golden rows of a type: all that are here."""
    found: list[dict[str, Any]] = []
    for source in SOURCES.values():
        for path in (source / file for file in GOLDEN):
            lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
            rows = [json.loads(line) for line in lines if line]
            found += [row["input"] for row in rows if row["type"] == wire_name and _is_json(row["input"])]
    return found


def _files(*, experiments: bool) -> list[dict[str, Any]]:
    """The example files that can be read at all, valid and invalid ones."""
    examples = REPOSITORY / "tests" / "examples"
    paths = [
        *(examples / "valid").iterdir(),
        *(examples / "invalid").iterdir(),
        *(REPOSITORY / "examples").iterdir(),
    ]
    found = [
        _read(path)
        for path in sorted(paths)
        if path.suffix in (".yaml", ".json", ".toml") and ".expected" not in path.name
    ]
    return [data for data in found if data and ("pipeline" in data) is experiments]


def _read(path: Path) -> dict[str, Any]:
    match load_path(path):
        case Ok(document) | Err(SourceError(document=Document() as document)):
            return document.data
        case Err():
            return {}


def _specs(pick: random.Random) -> list[dict[str, Any]]:
    """The example specs, and golden training configs, most of them with a model that there is."""
    rows = _golden(TrainingConfig.wire_name)
    chosen = pick.sample(rows, min(len(rows), 60))
    return [*_files(experiments=False), *({**row, "model_ref": MODEL} for row in chosen), *chosen[:20]]


def _options(spec: dict[str, Any], specs: list[dict[str, Any]], pick: random.Random) -> dict[str, Any]:
    """The options of a training stage: a spec beside others' keys, or below them."""
    other = pick.choice(specs)
    beside = {key: other[key] for key in other if key != "training_config" and pick.random() < 0.3}
    return pick.choice((spec, {"training_config": spec}, {"training_config": spec, **beside}))


def _other_options(name: str, spec: dict[str, Any], pick: random.Random) -> dict[str, Any]:
    """The options of a stage that does not train."""
    if name == "report":
        return {"outputs": [{"name": spec.get("id", "a")}, {"name": "b", "formats": ["json", "html"]}]}
    keys = pick.sample(("dataset_ref", "eval_dataset_ref", "model_ref", "max_length"), 3)
    return {"dataset_ref": {"name": "a.jsonl"}, **{key: spec[key] for key in keys if key in spec}}


def _experiments(specs: list[dict[str, Any]], pick: random.Random) -> list[dict[str, Any]]:
    """Golden experiments with stages that there are, and experiments around the specs."""
    rows = _golden("Experiment")
    shared = [spec for spec in specs if spec.keys() <= TrainingConfig.model_fields.keys()]
    found: list[dict[str, Any]] = []
    for spec in specs:
        names = pick.sample(STAGES, pick.randint(1, 3))
        pipeline = [
            {
                "name": name,
                "options": _options(spec, specs, pick)
                if name == STAGES[0]
                else _other_options(name, spec, pick),
            }
            for name in names
        ]
        row = pick.choice(rows) if rows and pick.random() < 0.4 else {}
        base = {"id": "e", **row, "backend": {"id": "local"}, "pipeline": pipeline}
        config = {"training_config": pick.choice(shared)} if pick.random() < 0.6 else {}
        dataset = {"dataset": {"name": "train.jsonl"}} if pick.random() < 0.6 else {}
        found.append({**base, **config, **dataset})
        found.append(
            {**base, **dataset, "training_config": shared[0], "pipeline": [{"name": name} for name in names]}
        )
    return [*found, *rows[:20]]


def _is_json(data: Any) -> bool:
    """Whether JSON has a form for it: some golden rows hold an infinity."""
    return isinstance(data, dict) and "Infinity" not in json.dumps(data)
