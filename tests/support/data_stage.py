"""Runs of `validate_data` on rows in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from crucible_train import Context, Ports, RunControl
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.result import Err, Ok
from crucible_train.stages import ValidateData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from crucible_train.diagnostics.stage_errors import StageError

Rows: TypeAlias = "Sequence[Mapping[str, Any]]"


def outcome(
    directory: Path, rows: Rows, test: Rows | None = None, **options: Any
) -> Ok[Context] | Err[StageError]:
    """Look at `rows`, as the data set `train`, beside the data set `test`. The report goes to `directory`."""
    datasets = {"train": rows} if test is None else {"train": rows, "test": test}
    ports = Ports(dataset_store=MemoryDatasetStore(datasets), tokenizer=BytesTokenizerProvider())
    control = options.pop("control", RunControl(directory=str(directory)))
    given = {"dataset_ref": {"name": "train"}, **options}
    if test is not None:
        given["eval_dataset_ref"] = {"name": "test"}
    return ValidateData().run(Context(ports=ports), {**given, "control": control})


def report(directory: Path, rows: Rows, test: Rows | None = None, **options: Any) -> dict[str, Any]:
    """The report of a look that accepts the data."""
    match outcome(directory, rows, test, **options):
        case Ok(context):
            return context.outputs["validate_data"]
        case Err(error):
            raise AssertionError(str(error))


def rejected(directory: Path, rows: Rows, test: Rows | None = None, **options: Any) -> StageError:
    """The error of a look that does not."""
    match outcome(directory, rows, test, **options):
        case Ok(context):
            raise AssertionError(f"accepted: {context.outputs}")
        case Err(error):
            return error


def pairs(*texts: tuple[str, str]) -> list[dict[str, str]]:
    """Prompts and completions as rows."""
    return [{"prompt": prompt, "completion": completion} for prompt, completion in texts]


def chat(*turns: tuple[str, str]) -> dict[str, Any]:
    """One conversation as a row."""
    return {"messages": [{"role": role, "content": content} for role, content in turns]}
