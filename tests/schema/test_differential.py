"""Each schema accepts exactly what the model accepts, up to the codes it lists.

More than a hundred thousand documents, most of them one mistake away from a valid one, are judged by the code
that reads them and by an independent validator (jsonschema-rs). A document that only the model refuses is
explained by a code that the schema lists for that very place, or by an integral float, which JSON Schema
takes for an integer. A document that only the schema refuses is never explained.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from crucible_train import registry
from crucible_train.diagnostics.catalogue import RULES
from crucible_train.schema import schema
from crucible_train.schema.export import built_in_names, type_names
from crucible_train.schema.generator import CHECKED_BY
from tests.support.odd_values import DEEP
from tests.support.plug_in import install
from tests.support.schema_agreement import agreement
from tests.support.schema_corpus import Corpus
from tests.support.schema_judges import judge_of
from tests.support.schema_originals import originals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.no_cover  # tracing every line of so many judgements would take most of the time

DOCUMENTS = {
    **dict.fromkeys(type_names(), 2_400),
    "training-spec": 16_000,
    "supervised_train": 12_000,
    "experiment": 8_000,
    "training_config.local": 5_000,
    "validate_data": 3_000,
    "report": 2_000,
}
"""How many for each schema."""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is configured, and what is installed does not change while a test runs."""
    monkeypatch.delenv("CRUCIBLE_BACKEND", raising=False)
    found = cache(registry._plugins)
    monkeypatch.setattr(
        registry, "_plugins", lambda kind: {name: dict(entries) for name, entries in found(kind).items()}
    )


def test_there_are_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(DOCUMENTS) == set(built_in_names())
    assert sum(DOCUMENTS.values()) >= 100_000
    with capsys.disabled():
        print(f"\n{sum(DOCUMENTS.values()):,} documents for {len(DOCUMENTS)} schemas, no two alike", end="")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schema_and_the_model_agree(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = schema(name).unwrap()
    documents = Corpus(found, originals(name), seed=name).documents(DOCUMENTS[name])
    result = agreement(name, found, judge_of(name), documents)
    with capsys.disabled():
        print(f"\n{result}", end="")
    assert result.unexplained == []
    assert result.documents == DOCUMENTS[name]
    assert min(result.accepted, result.refused) > 0.05 * DOCUMENTS[name], "one side is hardly looked at"


SPEC = {"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "a.jsonl"}}
TRAIN = {
    "id": "a",
    "backend": {"id": "local"},
    "pipeline": [{"name": "supervised_train"}],
    "training_config": SPEC,
}


def experiment(**config: Any) -> dict[str, Any]:
    return {**TRAIN, "training_config": {**SPEC, **config}}


def extended(**keys: Any) -> tuple[str, dict[str, Any]]:
    return "training-spec", {"extends": "minimal.yaml", **keys}


UNSAID: dict[str, tuple[str, dict[str, Any]]] = {
    "CRU021": ("training-spec", {**SPEC, "extends": "nowhere.yaml"}),
    "CRU022": ("training-spec", {**SPEC, "extends": "spec.json"}),
    "CRU023": ("training-spec", {**SPEC, "extends": "../../../../base.yaml"}),
    "CRU101": extended(options={"wat": 1}),
    "CRU102": extended(eval_dataset_ref={}),
    "CRU103": extended(options={"teacher_model": "a"}),
    "CRU104": extended(options={"num_train_epochs": 1}),
    "CRU105": extended(epochs=1, num_epochs=2),
    "CRU107": ("experiment", {"extends": "experiment.yaml", "backend": {"options": {"learning_rate": 1}}}),
    "CRU201": extended(training_config={"weight_decay": "a"}),
    "CRU202": extended(model_ref={"options": {"context_length": 0}}),
    "CRU203": ("experiment", {"extends": "experiment.yaml", "outputs": [{"name": "a", "formats": ["b"]}]}),
    "CRU204": extended(model_ref={"artifact_uri": ""}),
    "CRU205": extended(model_ref={"options": {"context_length": "3"}}),
    "CRU206": ("TrainingRun", {"id": "a", "config": SPEC, "started_at": "2025-02-30T00:00:00Z"}),
    "CRU301": ("experiment", experiment(validation_split=0.1, options={"eval_dataset_ref": {"name": "b"}})),
    "CRU302": ("experiment", experiment(early_stopping={})),
    "CRU303": ("experiment", experiment(optimizer="sgd", options={"adam_eps": 1e-9})),
    "CRU304": ("report", {"outputs": [{"name": "a"}, {"name": "A"}]}),
    "CRU501": ("training-spec", {**SPEC, "model_ref": {"id": "byte-lm", "artifact_uri": " s3://a/b"}}),
    "CRU502": ("training-spec", {**SPEC, "backend": "elsewhere"}),
    "CRU503": ("experiment", {**TRAIN, "pipeline": [{"name": "elsewhere"}]}),
    "CRU504": ("training-spec", {**SPEC, "dataset_ref": {"name": "a", "provider": "elsewhere"}}),
}
"""Every code that some schema lists, with a document that shows that it has to."""


@pytest.mark.parametrize("code", UNSAID)
def test_a_code_is_listed_because_a_schema_cannot_say_it(code: str) -> None:
    name, document = UNSAID[code]
    result = agreement(name, schema(name).unwrap(), judge_of(name), [document])
    assert dict(result.explained) == {code: 1}


def test_no_other_code_is_listed() -> None:
    listed = {code for name in DOCUMENTS for code in schema(name).unwrap().get(CHECKED_BY, ())}
    assert listed == set(UNSAID)
    assert listed <= set(RULES)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("ModelRef", {"id": "a", "metadata": DEEP}),
        ("FeedbackEvent", {"id": "a", "feedback_value": DEEP}),
        ("training-spec", {**SPEC, "model_ref": {"id": "byte-lm", "metadata": DEEP}}),
        ("training-spec", {**SPEC, "training_config": {"model_ref": {"id": "byte-lm", "metadata": DEEP}}}),
    ],
)
def test_json_data_may_be_too_deep_for_the_model(name: str, document: dict[str, Any]) -> None:
    result = agreement(name, schema(name).unwrap(), judge_of(name), [document])
    assert result.unexplained == []
    assert {*result.explained} <= {"CRU206"}


def test_an_integral_float_is_explained_where_it_stands() -> None:
    judge = judge_of("training-spec")
    found = schema("training-spec").unwrap()
    result = agreement("training-spec", found, judge, [{**SPEC, "epochs": 3.0}, {**SPEC, "seed": 2.0}])
    assert dict(result.explained) == {"CRU201 on an integral float": 2}


class TestItHasTeeth:
    """A schema that is a little wrong does not pass."""

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("TrainingConfig", lambda s: s["properties"]["seed"]["anyOf"][0].pop("minimum")),
            ("TrainingConfig", lambda s: s.pop("additionalProperties")),
            ("TrainingConfig", lambda s: s["required"].remove("dataset_ref")),
            ("TrainingRun", lambda s: s["properties"]["status"].pop("enum")),
            ("training_config.local", lambda s: s["properties"]["seed"].pop("maximum")),
            ("training-spec", lambda s: s["$defs"]["EarlyStopping"]["properties"].update(monitor={})),
            (
                "supervised_train",
                lambda s: s["$defs"]["SupervisedConfigAnyStoreOptions"].pop("propertyNames"),
            ),
            ("training-spec", lambda s: drop(s, "CRU105")),
            ("training-spec", lambda s: drop(s, "CRU301")),
            ("training-spec", lambda s: drop(s, "CRU302")),
            ("training-spec", lambda s: drop(s, "CRU303")),
            ("training-spec", lambda s: s["$defs"]["StoredDatasetRef"].pop("allOf")),
            ("supervised_train", lambda s: s["properties"]["training_config"].pop("anyOf")),
            ("experiment", lambda s: drop(s, "CRU102")),
            ("experiment", lambda s: s["$defs"]["StageDef"].pop("allOf")),
            ("experiment", lambda s: s["$defs"]["StageDef"]["properties"]["name"].pop(CHECKED_BY)),
        ],
    )
    def test_one_that_accepts_too_much(self, name: str, wrong: Callable[[Any], object]) -> None:
        assert self.disagreements(name, wrong) == {"only the model refuses it"}

    @pytest.mark.parametrize(
        ("name", "wrong"),
        [
            ("TrainingConfig", lambda s: s["properties"]["epochs"]["anyOf"].pop()),
            ("TrainingConfig", lambda s: s["properties"].pop("device")),
            ("TrainingConfig", lambda s: s["required"].append("seed")),
            ("TrainingRun", lambda s: s["properties"]["started_at"]["anyOf"][0].update(pattern="Z$")),
            ("training_config.local", lambda s: s["properties"]["seed"].update(maximum=100)),
            ("training-spec", lambda s: s["$defs"]["local-settings"]["properties"]["device"]["anyOf"].pop()),
            ("training-spec", lambda s: unextended(s)["required"].append("id")),
            ("training-spec", lambda s: s["allOf"].append({"required": ["epochs"]})),
            ("supervised_train", lambda s: s.update(required=["training_config"])),
            ("experiment", lambda s: unextended(s)["required"].append("training_config")),
            ("training-spec", lambda s: s.update(required=["id"])),
            ("training-spec", lambda s: s["properties"]["extends"]["anyOf"].pop(1)),
        ],
    )
    def test_one_that_refuses_too_much(self, name: str, wrong: Callable[[Any], object]) -> None:
        assert self.disagreements(name, wrong) == {"only the schema refuses it"}

    @staticmethod
    def disagreements(name: str, wrong: Callable[[Any], object]) -> set[str]:
        found = schema(name).unwrap()
        documents = Corpus(found, originals(name), seed=name).documents(DOCUMENTS[name])
        changed = copy.deepcopy(found)
        wrong(changed)
        assert changed != found
        return {
            what for what, _, _ in agreement(name, changed, judge_of(name), documents, most=3).unexplained
        }


def drop(found: dict[str, Any], code: str) -> None:
    rules = unextended(found)
    rules["allOf"] = [rule for rule in rules["allOf"] if rule.get("$comment") != code]


def unextended(found: dict[str, Any]) -> dict[str, Any]:
    """The rules for files that extend none."""
    return found["allOf"][0]["then"]


@pytest.mark.parametrize("name", ["training-spec", "supervised_train", "experiment"])
def test_what_a_plug_in_accepts_no_schema_refuses(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backend and a store that are installed here, and that the schemas know nothing of."""
    found = schema(name).unwrap()
    toy = {"toy": "tests.support.toy_backend:ToyTrainingClient"}
    install(tmp_path, monkeypatch, {"training_client": toy, "dataset_store": toy})
    accepts = jsonschema_rs.Draft202012Validator(found).is_valid
    judge = judge_of(name)
    documents = [with_toys(one) for one in Corpus(found, originals(name), seed=name).documents(2_000)]
    accepted = [document for document in documents if judge(document) is None]
    assert len(accepted) > 100
    assert [document for document in accepted if not accepts(document)] == []


def with_toys(node: Any, *, inside: bool = False) -> Any:
    """The document with the toy as its backend and its store, wherever one may be named; `inside` another
    backend's document, it is named already."""
    if isinstance(node, dict):
        inside = inside or isinstance(node.get("backend"), dict)
    match node:
        case dict():
            changed = {key: with_toys(value, inside=inside) for key, value in node.items()}
            for key in ("dataset", "dataset_ref", "eval_dataset_ref"):
                if isinstance(node.get(key), dict):
                    changed[key] = {**changed[key], "provider": "toy"}
            if isinstance(node.get("backend"), dict):
                changed["backend"] = {**changed["backend"], "id": "toy"}
            elif {"dataset_ref", "epochs"} & node.keys() and not inside:
                changed["backend"] = "toy"
            return changed
        case list():
            return [with_toys(item, inside=inside) for item in node]
        case _:
            return node
