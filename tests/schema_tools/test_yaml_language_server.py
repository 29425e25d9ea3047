"""In an editor, a spec and an experiment get completion, explanations, and a mark under each mistake."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.schema_tools.language_server import LanguageServer, Position
from tests.schema_tools.tools import schema_path

if TYPE_CHECKING:
    from collections.abc import Iterator

CURSOR = "|"

SPEC = """\
id: first
model_ref: {id: byte-lm}
dataset_ref: {name: train.jsonl}
"""

EXPERIMENT = """\
id: first
backend: {id: local}
training_config:
  id: shared
  model_ref: {id: byte-lm}
  dataset_ref: {name: train.jsonl}
pipeline:
"""


class Opened(NamedTuple):
    """A document in the editor, and where the cursor is in it."""

    server: LanguageServer
    uri: str
    cursor: Position | None

    def offered(self) -> dict[str, dict[str, Any]]:
        """The completions at the cursor, by label."""
        assert self.cursor is not None
        return self.server.completions(self.uri, self.cursor)

    def explained(self) -> str:
        """What is shown beside the cursor."""
        assert self.cursor is not None
        return self.server.hover(self.uri, self.cursor)

    def marked(self) -> dict[int, list[str]]:
        """What is wrong, by line; the first one, which names the schema, is 0."""
        found: dict[int, list[str]] = {}
        for one in self.server.diagnostics(self.uri):
            found.setdefault(one["range"]["start"]["line"], []).append(one["message"])
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    with LanguageServer(tmp_path_factory.mktemp("editor")) as running:
        yield running


def opened(server: LanguageServer, schema: str, text: str, *, reference: str = "") -> Opened:
    """Open a document that says which schema it has; a `|` in it is where the cursor is."""
    text = f"# yaml-language-server: $schema={reference or schema_path(schema).as_uri()}\n{text}"
    before, _, after = text.partition(CURSOR)
    cursor = Position(before.count("\n"), len(before.rpartition("\n")[2])) if CURSOR in text else None
    return Opened(server, server.open(before + after), cursor)


def test_a_schema_may_lie_beside_the_spec(server: LanguageServer) -> None:
    shutil.copy(schema_path("training-spec"), server.directory / "beside.json")
    spec = opened(server, "training-spec", f"{SPEC}learning_rat: 0.1\n", reference="beside.json")
    assert spec.marked() == {4: ["Property learning_rat is not allowed."]}


def test_a_good_spec_has_no_marks(server: LanguageServer) -> None:
    text = f"{SPEC}validation_split: 0.1\noptions: {{lr_schedule: cosine, eval_every: 10}}\n"
    assert opened(server, "training-spec", text).marked() == {}


def test_keys_of_a_spec_are_offered_with_what_they_mean(server: LanguageServer) -> None:
    offered = opened(server, "training-spec", f"{SPEC}|").offered()
    assert {"learning_rate", "epochs", "validation_split", "options"} <= offered.keys()
    assert offered["learning_rate"]["documentation"] == "The peak learning rate."
    assert offered.keys() & {"id", "model_ref", "dataset_ref"} == set(), "they are there already"


def test_settings_of_the_stage_and_the_backend_are_offered_in_options(server: LanguageServer) -> None:
    offered = opened(server, "training-spec", f"{SPEC}options:\n  |").offered()
    assert {"lr_schedule", "eval_every", "weight_decay"} <= offered.keys()


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("options:\n  lr_schedule: |", {"linear", "cosine", "constant"}),
        ("options:\n  train_on: |", {"all_assistant", "last_assistant", "all_tokens"}),
        ("early_stopping:\n  mode: |", {"min", "max"}),
    ],
)
def test_the_words_that_a_setting_takes_are_offered(
    server: LanguageServer, line: str, values: set[str]
) -> None:
    assert values <= opened(server, "training-spec", SPEC + line).offered().keys()


def test_a_key_is_explained(server: LanguageServer) -> None:
    assert (
        "The peak learning rate."
        in opened(server, "training-spec", f"{SPEC}learning|_rate: 0.1\n").explained()
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("learning_rat: 0.1", "Property learning_rat is not allowed."),
        ("epochs: 0", "Value is below the minimum of 1."),
        ("reduction: mean", 'Value is not accepted. Valid values: "token_mean", "example_mean", "sum".'),
        ("early_stopping: {monitor: train_loss, patiense: 3}", "Property patiense is not allowed."),
    ],
)
def test_a_mistake_is_marked_on_its_line(server: LanguageServer, line: str, says: str) -> None:
    assert opened(server, "training-spec", f"{SPEC}seed: 1\n{line}\ndevice: cpu\n").marked() == {5: [says]}


def test_stages_are_offered_in_an_experiment(server: LanguageServer) -> None:
    offered = opened(server, "experiment", f"{EXPERIMENT}  - name: |").offered()
    assert {"supervised_train", "validate_data", "report"} <= offered.keys()


@pytest.mark.parametrize(
    ("stage", "offers", "others"),
    [
        ("supervised_train", {"lr_schedule", "eval_every", "learning_rate"}, {"outputs"}),
        ("report", {"outputs"}, {"lr_schedule"}),
    ],
)
def test_the_options_offered_are_those_of_the_named_stage(
    server: LanguageServer, stage: str, offers: set[str], others: set[str]
) -> None:
    text = f"{EXPERIMENT}  - name: {stage}\n    options:\n      |"
    offered = opened(server, "experiment", text).offered()
    assert offers <= offered.keys()
    assert others & offered.keys() == set()


def test_a_mistake_in_a_stages_options_is_marked_on_its_line(server: LanguageServer) -> None:
    text = (
        f"{EXPERIMENT}  - name: supervised_train\n    options:\n      learning_rat: 0.1\n  - name: report\n"
    )
    assert opened(server, "experiment", text).marked() == {10: ["Property learning_rat is not allowed."]}


def test_a_good_experiment_has_no_marks(server: LanguageServer) -> None:
    text = f"{EXPERIMENT}  - name: supervised_train\n    options: {{learning_rate: 1e-3}}\n  - name: report\n"
    assert opened(server, "experiment", text).marked() == {}
