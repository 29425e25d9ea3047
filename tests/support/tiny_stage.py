"""A supervised stage that runs in a few milliseconds: the embedded model at its smallest, twelve records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train import Context, Ports
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.result import Err, Ok
from crucible_train.stages import SupervisedTrain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crucible_train.diagnostics.stage_errors import StageError

MODEL = {"id": "byte-lm", "options": {"context_length": 4, "embedding_dim": 4, "hidden_dim": 8}}
RECORDS = [{"prompt": f"say {n}", "completion": f"well, {n} it is"} for n in range(12)]
DATASETS: dict[str, list[dict[str, Any]]] = {
    "talk": RECORDS,
    "poem": [{"text": f"one fish {n} fish"} for n in range(12)],
}
SPEC: dict[str, Any] = {
    "id": "tiny",
    "model_ref": MODEL,
    "dataset_ref": {"name": "talk"},
    "epochs": 2,
    "batch_size": 4,
    "learning_rate": 0.02,
    "seed": 1,
    "checkpoint_every": 2,
}
STEPS = 6


def tiny_ports(client: Any = None, datasets: Mapping[str, Any] | None = None) -> Ports:
    """The embedded adapters, with data in memory."""
    return Ports(
        training_client=client or LocalTrainingClient(),
        dataset_store=MemoryDatasetStore(datasets or DATASETS),
        tokenizer=BytesTokenizerProvider(),
    )


def untimed(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report without what a clock measured, where the run went, and how often it was begun."""
    return {
        name: value
        for name, value in report.items()
        if not name.endswith(("_s", "_path")) and name != "resumed_from"
    }


def run(directory: Path, client: Any = None, **options: Any) -> Ok[Context] | Err[StageError]:
    """Run the tiny spec, with `options` beside it, into `directory`."""
    given = {"training_config": SPEC, "log_path": str(directory), **options}
    return SupervisedTrain().run(Context(ports=tiny_ports(client)), given)


def ran(directory: Path, client: Any = None, **options: Any) -> Context:
    """The context of a run that has to succeed."""
    match run(directory, client, **options):
        case Ok(context):
            return context
        case Err(error):
            raise AssertionError(str(error))


def failed(directory: Path, client: Any = None, **options: Any) -> StageError:
    """The error of a run that has to fail."""
    match run(directory, client, **options):
        case Ok(context):
            raise AssertionError(f"it ran: {context}")
        case Err(error):
            return error
