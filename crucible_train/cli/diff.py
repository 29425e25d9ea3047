"""`crucible diff A B`: what takes effect in one spec, experiment or run and not in another."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crucible_train.cli.load import STDIN, check, open_session
from crucible_train.cli.main import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from crucible_train.cli.reporters.text_report import count, finding_lines, printable
from crucible_train.ir.difference import compare, stages_of
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from crucible_train.cli.load import Session
    from crucible_train.ir.difference import Change, Difference, Side, StageDifference, StageInEffect


class _Subject(NamedTuple):
    """One of the two things that are compared."""

    name: str
    stages: Sequence[StageInEffect]
    fingerprint: str
    is_experiment: bool


def diff(options: argparse.Namespace) -> int:
    """Print what differs; exit status 1 where something does. Findings go to standard error."""
    match _subjects(options):
        case Ok((a, b)):
            pass
        case Err(problems):
            for problem in problems:
                print(problem, file=sys.stderr)
            return EXIT_USAGE
    found = compare(a.stages, b.stages)
    if options.format == "json":
        print(json.dumps(_data(a, b, found), indent=2, ensure_ascii=False))
    else:
        print("\n".join(printable(line) for line in _lines(a, b, found)))
    return EXIT_OK if found.is_empty else EXIT_FINDINGS


def _subjects(options: argparse.Namespace) -> Result[tuple[_Subject, _Subject], list[str]]:
    """Both, if both are right; else what is wrong with either of them, in lines."""
    paths = (options.a, options.b)
    directories = [path != STDIN and Path(path).is_dir() for path in paths]
    if paths == (STDIN, STDIN):
        return Err(["crucible: only one of the two can be read from standard input"])
    if all(directories) and (options.stage or options.backend or options.assignments):
        return Err(["crucible: --stage, --backend and --set are for specs, and these are runs"])
    match open_session(options):
        case Ok(session):
            pass
        case Err(problem):
            return Err([f"crucible: {problem}"])
    found: list[_Subject] = []
    problems: list[str] = []
    for path, is_directory in zip(paths, directories, strict=True):
        match _recorded(path) if is_directory else _checked(path, session):
            case Ok(subject):
                found.append(subject)
            case Err(lines):
                problems += lines
    if problems:
        return Err(problems)
    a, b = found
    if a.is_experiment is not b.is_experiment:
        which, other = (a, b) if a.is_experiment else (b, a)
        hint = "a stage that has run can be compared by its own directory"
        return Err([f"crucible: {which.name} is an experiment, and {other.name} is not; {hint}"])
    return Ok((a, b))


def _recorded(path: str) -> Result[_Subject, list[str]]:
    from crucible_train.cli.recorded import recorded  # two files need no record to be read

    match recorded(path):
        case Ok(run):
            return Ok(_Subject(path, run.stages, run.fingerprint, run.is_experiment))
        case Err(problem):
            return Err([f"crucible: {problem}"])


def _checked(path: str, session: Session) -> Result[_Subject, list[str]]:
    match check(path, session):
        case Ok(checked):
            lines = [line for one in checked.findings for line in finding_lines(checked.path, one)]
        case Err(problem):
            return Err([f"crucible: {problem}"])
    valid = checked.normalized or checked.experiment
    if valid is None:
        return Err(lines)
    for line in lines:  # warnings
        print(line, file=sys.stderr)
    return Ok(_Subject(checked.path, stages_of(valid), valid.fingerprint, checked.experiment is not None))


def _lines(a: _Subject, b: _Subject, found: Difference) -> Iterator[str]:
    for one in found.stages:
        yield from _stage_lines(one)
    if found.order is not None:
        yield "order: " + " -> ".join(", ".join(order) for order in found.order)
    if found.is_empty:
        yield f"{a.name} and {b.name} do the same: fingerprint {a.fingerprint}"
        return
    settings = sum(len(one.changes) for one in found.stages)
    stages = sum(one.a is not one.b for one in found.stages)
    parts = [count(number, noun) for number, noun in ((settings, "setting"), (stages, "stage")) if number]
    parts += ["the order of stages"] if found.order else []
    yield f"{a.name} and {b.name} differ in {', '.join(parts)}"


def _stage_lines(one: StageDifference) -> Iterator[str]:
    if one.a is not one.b:
        yield f"{one.label}: {one.a} -> {one.b}"
    for change in one.changes:
        name = f"{one.label}.{change.setting}" if one.label else change.setting
        yield f"{name}: {_value(change.a)} -> {_value(change.b)}"
        origins = [_origin(side) for side in (change.a, change.b)]
        if any(origins):
            yield f"    {origins[0] or 'not set'} -> {origins[1] or 'not set'}"


def _value(side: Side | None) -> str:
    return "not set" if side is None else json.dumps(side.value, ensure_ascii=False)


def _origin(side: Side | None) -> str:
    """Where a value comes from: the place and the key, or whose default it is."""
    if side is None:
        return ""
    return " ".join(part for part in (side.at or "", side.key) if part) or side.rule


def _data(a: _Subject, b: _Subject, found: Difference) -> dict[str, Any]:
    return {
        "equal": found.is_empty,
        "a": {"path": a.name, "fingerprint": a.fingerprint},
        "b": {"path": b.name, "fingerprint": b.fingerprint},
        "stages": [
            {
                "label": one.label or None,
                "a": one.a,
                "b": one.b,
                "settings": [_setting(change) for change in one.changes],
            }
            for one in found.stages
        ],
        "order": None if found.order is None else dict(zip("ab", found.order, strict=True)),
    }


def _setting(change: Change) -> dict[str, Any]:
    sides = {"a": change.a, "b": change.b}
    return {"setting": change.setting} | {name: side and side._asdict() for name, side in sides.items()}
