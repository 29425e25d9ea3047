"""`RunRecord`: what one training run leaves in its run directory besides what the loop writes there.

config.json         the stage config with provenance and fingerprint, what took effect, and the versions
training_run.json   the run as the IR's `TrainingRun`: also while it runs, and when it fails
report.json         the loop's report
loss.svg            the curves
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from crucible_ir import TrainingRun, to_map
from crucible_train.diagnostics.stage_errors import StageErrorCode
from crucible_train.ir.difference import changed_settings
from crucible_train.ir.export import to_training_config
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir import RunDirectory, loss_svg, read_metrics
from crucible_train.run_dir.names import file_name
from crucible_train.stages.config_file import CONFIG_FILE, config_json

if TYPE_CHECKING:
    from types import TracebackType

    from crucible_train.context import RunControl
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized

RECORD_FILE = "training_run.json"
REPORT_FILE = "report.json"
PLOT_FILE = "loss.svg"
METRICS_FILE = "metrics.jsonl"


class RunRecord:
    """The open record of one run; a context manager, so that the run's end is recorded whatever it is."""

    def __init__(self, directory: RunDirectory, normalized: Normalized[Any], started_at: datetime) -> None:
        self.directory = directory
        self.checkpoints = directory.checkpoints()
        self.metrics = directory.metrics_logger()
        self._name = run_name(normalized)
        self._config = to_training_config(normalized, default_id=self._name)
        self._normalized = normalized
        self._started_at = started_at
        self._ended = False
        checkpoint = self.checkpoints.last()
        self.first_step = 0 if checkpoint is None else checkpoint.step
        """The optimizer step the run begins with."""
        self.was_complete = checkpoint is not None and checkpoint.final
        """Whether the run had come to its end already."""

    @classmethod
    def open(cls, normalized: Normalized[Any], control: RunControl) -> Result[RunRecord, str]:
        """Take the run directory and write down what is about to run; `Err` says why that cannot be.

        A run can be resumed with the spec it was started with, and with no other.
        """
        path = Path(
            normalized.config.log_path or control.directory or Path(control.runs_dir, run_name(normalized))
        )
        match RunDirectory.create(path, resume=control.resume):
            case Ok(directory):
                pass
            case Err(problem):
                return Err(str(problem))
        match _earlier(directory, normalized, resume=control.resume):
            case Ok(started_at):
                pass
            case Err(message):
                directory.close()
                return Err(message)
        record = cls(directory, normalized, started_at)
        if not record.was_complete:  # a complete run logs nothing again
            record.metrics.truncate_from(record.first_step)
        if not record.is_closed:
            record._write(CONFIG_FILE, {**config_json(normalized), "started_at": started_at.isoformat()})
            record._write_run("running")
        return Ok(record)

    @property
    def is_closed(self) -> bool:
        """Whether the run in this directory was complete and told its outcome: nothing is written again."""
        return self.was_complete and (self.directory.path / REPORT_FILE).exists()

    def complete(self, report: dict[str, Any]) -> None:
        """The run came to its end."""
        if self.is_closed:
            self._ended = True
            self.metrics.close()
            return
        self._write(REPORT_FILE, report)
        self._end("completed")

    def fail(self, error: StageError) -> None:
        """The run did not come to its end."""
        status = "cancelled" if error.code is StageErrorCode.INTERRUPTED else "failed"
        self._end(status, error.message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._ended:
            name = "an error" if kind is None else kind.__name__
            self._end("failed", f"{name}: {error}" if str(error) else name)
        self.directory.close()

    def _end(self, status: Literal["completed", "failed", "cancelled"], message: str | None = None) -> None:
        self._ended = True
        self.metrics.close()
        rows = read_metrics(self.directory.path / METRICS_FILE).unwrap()
        if rows:
            self.directory.write_text(PLOT_FILE, loss_svg(rows)).unwrap()
        self._write_run(status, message, rows)

    def _write(self, name: str, data: object) -> None:
        self.directory.write_json(name, data).unwrap()

    def _write_run(
        self, status: str, message: str | None = None, rows: list[dict[str, Any]] | None = None
    ) -> None:
        checkpoints = self.checkpoints.read().unwrap()
        history = epoch_ends(rows or [])
        values: dict[str, Any] = {
            "id": self._name,
            "config": self._config,
            "status": status,
            "started_at": self._started_at,
            "checkpoint_uris": tuple(checkpoint.state_path for checkpoint in checkpoints),
            "options": {"fingerprint": self._normalized.fingerprint, "stage": self._normalized.stage},
        }
        if checkpoints:
            values["current_epoch"] = checkpoints[-1].epoch
        if rows:
            values["metrics_history"] = tuple(history)
            values["best_metrics"] = best_metrics(rows)
        if status != "running":
            values["completed_at"] = datetime.now(UTC)
        if status == "completed" and checkpoints:
            values["final_model_version"] = checkpoints[-1].state_path
        if message is not None:
            values["error_message"] = message
        self._write(RECORD_FILE, to_map(TrainingRun.model_validate(values), explicit_only=True))


def run_name(normalized: Normalized[Any]) -> str:
    """The run's name as a file name: `run_name`, or the stage and the fingerprint's first digits."""
    name: str | None = normalized.config.run_name
    return file_name(name or "") or f"{normalized.stage}-{normalized.fingerprint[:8]}"


def epoch_ends(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last row of every epoch, and every row with an evaluation: a run's history in few rows."""
    last: dict[Any, int] = {}
    for index, row in enumerate(rows):
        if "epoch" in row:
            last[int(row["epoch"])] = index
    keep = {*last.values(), *(index for index, row in enumerate(rows) if "eval_mean_nll" in row)}
    return [rows[index] for index in sorted(keep)]


def best_metrics(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The least value of each loss a run measured."""
    best: dict[str, Any] = {}
    for name in ("train_mean_nll", "train_bits_per_byte", "eval_mean_nll", "eval_bits_per_byte"):
        values = [row[name] for row in rows if row.get(name) is not None]
        if values:
            best[name] = min(values)
    return best


def _earlier(directory: RunDirectory, normalized: Normalized[Any], *, resume: bool) -> Result[datetime, str]:
    """When the run began; `Err` when the directory holds a run of another spec."""
    if not resume or not (directory.path / CONFIG_FILE).exists():
        return Ok(datetime.now(UTC))
    match directory.read_config():
        case Err(problem):
            return Err(str(problem))
        case Ok(config):
            pass
    if config.get("fingerprint") != normalized.fingerprint:
        before = config.get("effective")  # a run of an older version of Crucible has none
        changed = changed_settings(before, normalized.effective) if before else []
        what = ", ".join(changed) or "the stage, or Crucible"
        return Err(
            f"`{directory.path}` holds a run of another spec (changed: {what}); "
            "resume with the spec it was started with, or choose another --out"
        )
    return Ok(datetime.fromisoformat(config["started_at"]))
