"""One run of `validate_data`: load, look, write the report, judge."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Diagnostic
from crucible_train.diagnostics.errors import NormalizeError, NormalizeErrorCode
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.ir.resolve import find_tokenizer, load_rows, require_ports, unreadable
from crucible_train.records import Shape
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.directory import holds_a_run
from crucible_train.run_dir.durable import write_atomically
from crucible_train.stages.config_file import CONFIG_FILE, config_json
from crucible_train.stages.options import from_normalize
from crucible_train.stages.validate_data import checks
from crucible_train.stages.validate_data.labels import Labels, answer_labels, column_labels
from crucible_train.stages.validate_data.lengths import measure, summary, too_long
from crucible_train.stages.validate_data.limits import compare
from crucible_train.stages.validate_data.markdown import markdown
from crucible_train.stages.validate_data.overlap import overlap
from crucible_train.stages.validate_data.report import DataReport, Evaluation
from crucible_train.stages.validate_data.survey import Survey, survey

if TYPE_CHECKING:
    from crucible_train.context import Context, RunControl
    from crucible_train.ir.normalized import Normalized
    from crucible_train.ports import DatasetStore, Ports
    from crucible_train.session import Tokenizer
    from crucible_train.stages.validate_data.config import ValidateDataConfig

REPORT_FILE = "report.json"
MARKDOWN_FILE = "report.md"


def validate(
    stage: str, context: Context, normalized: Normalized[ValidateDataConfig], control: RunControl
) -> Result[Context, StageError]:
    """Look at the data set, write what was found, and reject it where a limit is exceeded."""
    match _look(normalized, context.ports):
        case Ok(report):
            pass
        case Err(problem):
            return Err(from_normalize(stage, problem))
    compared = list(compare(normalized.config, report))
    report = replace(report, limits=tuple(limited for limited, _ in compared))
    directory = Path(
        control.directory or Path(control.runs_dir, f"{normalized.stage}-{normalized.fingerprint[:8]}")
    )
    match _write(directory, normalized, report):
        case Ok(paths):
            pass
        case Err(message):
            return Err(StageError(stage, StageErrorCode.RUN_DIRECTORY_FAILED, message))
    see = f"see {paths['report_markdown']}"
    exceeded = tuple(
        normalized.placed(replace(finding, hint=finding.hint or see))
        for _, finding in compared
        if finding is not None
    )
    if exceeded:
        limits = "1 limit is" if len(exceeded) == 1 else f"{len(exceeded)} limits are"
        message = f"the data is rejected: {limits} exceeded ({see})"
        return Err(StageError(stage, StageErrorCode.DATA_REJECTED, message, exceeded))
    for note in report.notes:
        control.notify(note)
    return Ok(context.completed(stage, output=report.to_json(), metrics=report.metrics(), artifacts=paths))


def _look(
    normalized: Normalized[ValidateDataConfig], ports: Ports | None
) -> Result[DataReport, NormalizeError]:
    config = normalized.config
    tokenizer: Tokenizer | None = None
    if config.model_ref is None:
        match require_ports(ports, "dataset_store"):
            case Ok(adapters):
                (store,) = adapters
            case Err() as failed:
                return failed
    else:
        match require_ports(ports, "dataset_store", "tokenizer"):
            case Ok(adapters):
                store, tokenizers = adapters
            case Err() as failed:
                return failed
        match find_tokenizer(normalized, tokenizers, config.model_ref, ("model_ref",)):
            case Ok(tokenizer):
                pass
            case Err() as failed:
                return failed
    match _survey(normalized, store, "dataset_ref"):
        case Ok(data):
            pass
        case Err() as failed:
            return failed
    evaluation: Evaluation | None = None
    if config.eval_dataset_ref is not None:
        match _survey(normalized, store, "eval_dataset_ref"):
            case Ok(held_out):
                refused = checks.refused(held_out, config.num_examples)
                evaluation = Evaluation(held_out, refused, overlap(data, held_out, config.num_examples))
            case Err() as failed:
                return failed
    match _labels(normalized, data):
        case Ok(labels):
            return Ok(_report(config, data, tokenizer, labels, evaluation))
        case Err() as failed:
            return failed


def _survey(
    normalized: Normalized[ValidateDataConfig], store: DatasetStore, name: str
) -> Result[Survey, NormalizeError]:
    match load_rows(normalized, store, name):
        case Ok(raw):
            pass
        case Err() as failed:
            return failed
    match survey(raw):
        case Ok() as surveyed:
            return surveyed
        case Err(problem):
            return unreadable(normalized, raw, name, problem)


def _labels(
    normalized: Normalized[ValidateDataConfig], data: Survey
) -> Result[Labels | None, NormalizeError]:
    column = normalized.config.label
    if column is None:
        return Ok(answer_labels(data))
    match column_labels(data, column):
        case Ok() as found:
            return found
        case Err(message):
            finding = normalized.placed(Diagnostic("CRU602", f"`label`: {message}", ("label",)))
            code = NormalizeErrorCode.DATASET_RESOLUTION_FAILED
            return Err(NormalizeError(code, message, (finding,)))


def _report(
    config: ValidateDataConfig,
    data: Survey,
    tokenizer: Tokenizer | None,
    labels: Labels | None,
    evaluation: Evaluation | None,
) -> DataReport:
    lengths = measure(data, tokenizer)
    listed = config.num_examples
    return DataReport(
        data,
        refused=checks.refused(data, listed),
        duplicates=checks.duplicates(data, listed),
        conflicts=checks.conflicts(data, listed),
        empty=checks.empty(data, listed),
        unanswered=checks.unanswered(data, listed),
        too_long=too_long(lengths, data, config.max_length, listed) if config.max_length else None,
        lengths=summary(lengths, data, tokenizer),
        labels=labels,
        evaluation=evaluation,
        notes=tuple(_notes(data, labels, evaluation)),
    )


def _notes(data: Survey, labels: Labels | None, evaluation: Evaluation | None) -> list[str]:
    notes: list[str] = []
    unused = [column.name for column in data.columns if column.read_as is None]
    if unused:
        notes.append(f"{data.origin}: columns not read: {', '.join(unused)}")
    if labels is None:
        notes.append("no balance of labels: no column is named by `label`, and the answers do not repeat")
    if evaluation is not None and (data.shape is Shape.TEXT) != (evaluation.data.shape is Shape.TEXT):
        both = f"{evaluation.data.origin} can be one of {data.origin}"
        notes.append(f"no record of {both}: one is plain text, the other conversations")
    return notes


def _write(
    directory: Path, normalized: Normalized[ValidateDataConfig], report: DataReport
) -> Result[dict[str, str], str]:
    """The paths of the reports, by name; `Err` says in words why they could not be written."""
    files = {
        CONFIG_FILE: _json(config_json(normalized)),
        REPORT_FILE: _json(report.to_json()),
        MARKDOWN_FILE: markdown(report),
    }
    path = directory
    try:
        if holds_a_run(directory):
            return Err(f"`{directory}` holds a training run; choose another --out")
        directory.mkdir(parents=True, exist_ok=True)
        for file_name, content in files.items():
            path = directory / file_name
            # Half a surrogate pair, which data may hold, has no form in UTF-8; this is JSON's escape of it.
            write_atomically(path, content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        return Err(f"`{path}`: {error.strerror or error}")
    return Ok({"report": str(directory / REPORT_FILE), "report_markdown": str(directory / MARKDOWN_FILE)})


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
