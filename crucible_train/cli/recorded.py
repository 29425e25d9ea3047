"""What a run directory says was run: its stages, as `crucible diff` compares them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from crucible_train.diagnostics.diagnostic import Loc, format_loc
from crucible_train.ir.difference import Side, StageInEffect
from crucible_train.ir.normalized import fingerprint_of, fingerprint_of_all
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.ir.difference import Trace

RUN, EXPERIMENT = "config.json", "experiment.json"


class Recorded(NamedTuple):
    """A run, as its directory tells it."""

    stages: list[StageInEffect]
    fingerprint: str
    is_experiment: bool


class _Part(BaseModel):
    """What is read of a record. There is more in it."""

    model_config = ConfigDict(strict=True)


class _Row(_Part):
    layer: str
    key: str
    at: str | None
    rule: str


class _Stage(_Part):
    label: str = ""
    stage: str
    enabled: bool = True
    fingerprint: str
    effective: dict[str, Any]
    provenance: dict[str, _Row]


class _Experiment(_Part):
    fingerprint: str
    stages: list[_Stage]


def recorded(directory: str) -> Result[Recorded, str]:
    """The run in `directory`. `Err` says in words why there is none to compare."""
    for name, model in ((EXPERIMENT, _Experiment), (RUN, _Stage)):
        path = Path(directory, name)
        try:
            record = model.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            continue
        except OSError as error:
            return Err(f"{path}: {error.strerror}")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = f"{format_loc(first['loc'])}: " if first["loc"] else ""
            return Err(f"{path}: not the record of a run that can be compared ({place}{first['msg']})")
        stages = record.stages if isinstance(record, _Experiment) else [record]
        if not _is_whole(record):
            return Err(f"{path}: its fingerprint is not that of its settings: something has changed them")
        in_effect = [
            StageInEffect(one.label, one.stage, one.enabled, one.effective, _trace(one)) for one in stages
        ]
        return Ok(Recorded(in_effect, record.fingerprint, isinstance(record, _Experiment)))
    return Err(f"{directory}: a directory without a run: it has neither {RUN} nor {EXPERIMENT}")


def _is_whole(record: _Experiment | _Stage) -> bool:
    if isinstance(record, _Stage):
        return record.fingerprint == fingerprint_of(record.stage, record.effective)
    running = [(one.label, one.fingerprint) for one in record.stages if one.enabled]
    return record.fingerprint == fingerprint_of_all(running) and all(map(_is_whole, record.stages))


def _trace(stage: _Stage) -> Trace:
    """A record has a row for every setting, but none for the parts of a setting that is a mapping."""

    def trace(loc: Loc, value: Any) -> Side:
        names = (format_loc(loc[:length]) for length in range(len(loc), 0, -1))
        row = next((stage.provenance[name] for name in names if name in stage.provenance), None)
        if row is None:
            return Side(value, "unknown", "", None, "unknown")
        return Side(value, row.layer, row.key, row.at, row.rule)

    return trace
