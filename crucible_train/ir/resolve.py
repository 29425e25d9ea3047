"""From references to data: a normalised config's data sets, model and tokenizer, through the ports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc
from crucible_train.diagnostics.errors import NormalizeError, NormalizeErrorCode
from crucible_train.ports import DatasetRequest, Ports
from crucible_train.records.schema import SchemaProblemCode, check_schema
from crucible_train.records.shapes import PARSE_OPTIONS, parse_records
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import StageConfig, TrainingStageConfig
    from crucible_train.ports import DatasetStore, TokenizerProvider, TrainingClient
    from crucible_train.ports.bundle import PortName
    from crucible_train.records import Record, RecordError
    from crucible_train.session import Tokenizer


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a stage needs besides its config."""

    train: tuple[Record, ...]
    evaluation: tuple[Record, ...]
    """The evaluation data: that of `eval_dataset_ref`, or what `validation_split` held out."""
    tokenizer: Tokenizer
    training_client: TrainingClient
    notes: tuple[str, ...] = ()
    """What a person should know about the data, such as columns that were not read."""


def resolve(
    normalized: Normalized[TrainingStageConfig], ports: Ports | None
) -> Result[Resolved, NormalizeError]:
    """Load what the config names.

    Errors: `missing_ports`; `dataset_resolution_failed` with the store's own reason, the columns found and
    wanted, the nearest names; `unsupported_training_config` where the model's tokenizer cannot be had.
    """
    match require_ports(ports, "training_client", "dataset_store", "tokenizer"):
        case Ok(adapters):
            client, store, tokenizers = adapters
        case Err() as failed:
            return failed
    config = normalized.config
    model_ref = config.training_config.get("model_ref")
    if not model_ref:
        return _failed(
            normalized, "CRU604", "no model is named", ("training_config", "model_ref"), "model_ref"
        )
    match _load(normalized, store, "dataset_ref"):
        case Ok((train, notes)):
            pass
        case Err() as failed:
            return failed
    evaluation: tuple[Record, ...] = ()
    if getattr(config, "eval_dataset_ref", None) is not None:
        match _load(normalized, store, "eval_dataset_ref"):
            case Ok((evaluation, more)):
                notes = (*notes, *more)
            case Err() as failed:
                return failed
    split: float | None = getattr(config, "validation_split", None)
    if split:
        train, evaluation = hold_out(train, split, config.training_config.get("seed", 0))
        if not train or not evaluation:
            message = (
                f"`validation_split` {split} of {len(train) + len(evaluation)} records leaves one side empty"
            )
            finding = normalized.placed(Diagnostic("CRU601", message, ("validation_split",)))
            return Err(NormalizeError(NormalizeErrorCode.DATASET_RESOLUTION_FAILED, message, (finding,)))
    match find_tokenizer(normalized, tokenizers, model_ref, ("training_config", "model_ref")):
        case Ok(tokenizer):
            return Ok(Resolved(train, evaluation, tokenizer, client, notes))
        case Err() as failed:
            return failed


def hold_out(
    records: Sequence[Record], fraction: float, seed: int
) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
    """Split off about `fraction` of the records, at least one, for evaluation; both parts keep their order.

    Which ones depends on `seed` and the number of records alone: those whose SHA-256 of "seed:index" is
    smallest, so that the choice is the same on every machine and in every version.
    """
    count = max(1, round(len(records) * fraction))
    ranked = sorted(
        range(len(records)), key=lambda index: hashlib.sha256(f"{seed}:{index}".encode()).digest()
    )
    chosen = frozenset(ranked[:count])
    train = tuple(record for index, record in enumerate(records) if index not in chosen)
    return train, tuple(record for index, record in enumerate(records) if index in chosen)


def require_ports(ports: Ports | None, *names: PortName) -> Result[tuple[Any, ...], NormalizeError]:
    """The adapters wired into the ports `names`, in order. Errors: `missing_ports`, naming all that are."""
    wired = ports or Ports()
    found = tuple(getattr(wired, name) for name in names)
    missing = ", ".join(name for name, adapter in zip(names, found, strict=True) if adapter is None)
    if missing:
        message = f"needs {missing}: pass Ports(...) with them, or run the spec from the command line"
        return Err(NormalizeError(NormalizeErrorCode.MISSING_PORTS, message))
    return Ok(found)


def find_tokenizer(
    normalized: Normalized[StageConfig],
    tokenizers: TokenizerProvider,
    model_ref: Mapping[str, Any],
    target: Loc,
) -> Result[Tokenizer, NormalizeError]:
    """The tokenizer of the model that the setting `target` names. Errors: `unsupported_training_config`."""
    match tokenizers.for_model(model_ref):
        case Ok(tokenizer):
            return Ok(tokenizer)
        case Err(problem):
            finding = normalized.placed(Diagnostic("CRU501", problem.message, target))
            code = NormalizeErrorCode.UNSUPPORTED_TRAINING_CONFIG
            return Err(NormalizeError(code, problem.message, (finding,)))


@dataclass(frozen=True, slots=True)
class RawDataset:
    """The rows that a data-set reference names, as its store gives them, and how to read them."""

    origin: str
    """Where they came from, for messages."""
    rows: list[dict[str, Any]]
    schema: Mapping[str, Any]
    """Column to type name, for `check_schema`; empty where the reference has none."""
    parse_options: Mapping[str, Any]
    """What `parse_records` is told: `columns`, `shape`."""


def load_rows(
    normalized: Normalized[StageConfig], store: DatasetStore, name: str
) -> Result[RawDataset, NormalizeError]:
    """Load the data set that the setting `name` refers to; its records are neither checked nor parsed.

    Errors: `dataset_resolution_failed`, where no data set is named or with the store's own reason.
    """
    reference: Mapping[str, Any] | None = getattr(normalized.config, name)
    if reference is None:
        return _failed(normalized, "CRU604", "no data set is named", (name,), name)
    options: dict[str, Any] = dict(reference.get("options") or {})
    parse_options = {key: options.pop(key) for key in PARSE_OPTIONS if key in options}
    request = DatasetRequest(
        reference["name"], reference.get("version"), reference.get("format"), reference.get("split"), options
    )
    match store.load(request):
        case Ok(dataset):
            pass
        case Err(problem):
            return _failed(normalized, "CRU601", str(problem), (name,), name)
    match dataset.get_split(request.split or "train"):
        case Ok(dataset):
            schema: Mapping[str, Any] = reference.get("schema") or {}
            return Ok(RawDataset(dataset.origin, dataset.to_list(), schema, parse_options))
        case Err(problem):
            return _failed(normalized, "CRU601", str(problem), (name,), name)


def unreadable(
    normalized: Normalized[StageConfig], raw: RawDataset, name: str, problem: RecordError
) -> Err[NormalizeError]:
    """The error for the data set of the setting `name`, whose rows make no records."""
    hint = f"columns found: {', '.join(problem.columns_found)}; where yours have other names, write "
    hint += "options: {columns: {prompt: YOURS, completion: YOURS}}"
    return _failed(normalized, "CRU602", f"{raw.origin}: {problem.message}", (name,), name, hint)


def _load(
    normalized: Normalized[StageConfig], store: DatasetStore, name: str
) -> Result[tuple[tuple[Record, ...], tuple[str, ...]], NormalizeError]:
    match load_rows(normalized, store, name):
        case Ok(raw):
            pass
        case Err() as failed:
            return failed
    mismatches = check_schema(raw.rows, raw.schema)
    if mismatches:
        shown = "; ".join(str(problem) for problem in mismatches[:5])
        capped = mismatches[-1].code is SchemaProblemCode.MORE_PROBLEMS
        more = "; and more" if capped else f"; and {len(mismatches) - 5} more" if len(mismatches) > 5 else ""
        return _failed(normalized, "CRU603", f"{raw.origin}: {shown}{more}", (name,), name)
    match parse_records(raw.rows, **raw.parse_options):
        case Err(problem):
            return unreadable(normalized, raw, name, problem)
        case Ok(parsed):
            unused = ", ".join(parsed.unused_columns)
            notes = (f"{raw.origin}: columns not read: {unused}",) if unused else ()
            return Ok((parsed.records, notes))


def _failed(
    normalized: Normalized[StageConfig],
    code: str,
    message: str,
    target: Loc,
    name: str,
    hint: str | None = None,
) -> Err[NormalizeError]:
    finding = normalized.placed(Diagnostic(code, f"`{name}`: {message}", target, hint=hint))
    return Err(NormalizeError(NormalizeErrorCode.DATASET_RESOLUTION_FAILED, message, (finding,)))


__all__ = [
    "RawDataset",
    "Resolved",
    "find_tokenizer",
    "hold_out",
    "load_rows",
    "require_ports",
    "resolve",
    "unreadable",
]
