"""`CRUCIBLE_SET__A__B=VALUE`: variables that override a key of every spec, below `--set`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Diagnostic
from crucible_train.diagnostics.suggest import did_you_mean
from crucible_train.ir.overrides import Override
from crucible_train.result import Err, Ok, Result
from crucible_train.settings import SET_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_BETWEEN = "__"


def read_variables(environ: Mapping[str, str]) -> Result[list[Override], str]:
    """The overrides among the variables, by their names' order.

    `Err` says in words which name is none: a key has a part between any two `__`. Names may be in any case,
    as those of settings may; two that differ in nothing else are an error.
    """
    found: dict[tuple[str, ...], Override] = {}
    for name in sorted(environ):
        if not name.upper().startswith(SET_PREFIX):
            continue
        path = tuple(name[len(SET_PREFIX) :].lower().split(_BETWEEN))
        if not all(path):
            example = f"{SET_PREFIX}EARLY_STOPPING{_BETWEEN}PATIENCE"
            return Err(f"{name}: after {SET_PREFIX} comes a key, with `{_BETWEEN}` for a dot: {example}")
        if path in found:
            return Err(f"{found[path].name} and {name} are one key, {'.'.join(path)}: keep one of them")
        found[path] = Override(path, environ[name], name)
    return Ok(list(found.values()))


def by_stage(
    variables: Iterable[Override], labels: Sequence[str]
) -> Result[tuple[dict[str, list[Override]], list[Diagnostic]], str]:
    """The overrides of each stage of an experiment, by its label, and a finding for each that has no stage.

    `Err` says in words which variable names no key, or more than one stage.
    """
    written: dict[str, list[str]] = {}
    for label in labels:
        written.setdefault(_in_a_variable(label), []).append(label)
    grouped: dict[str, list[Override]] = {}
    findings: list[Diagnostic] = []
    for variable in variables:
        head, *rest = variable.path
        owners = written.get(head, [])
        if not owners:
            findings.append(_no_stage(variable, [*written]))
        elif len(owners) > 1:
            return Err(f"{variable.name}: it may mean {' or '.join(owners)}; use --set")
        elif not rest:
            return Err(f"{variable.name}: it names a stage, and none of its keys")
        else:
            grouped.setdefault(owners[0], []).append(variable._replace(path=tuple(rest)))
    return Ok((grouped, findings))


def _in_a_variable(label: str) -> str:
    """A label as a variable's name has it: `supervised_train-2` is `supervised_train_2`."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower())


def _no_stage(variable: Override, known: Sequence[str]) -> Diagnostic:
    message = f"unknown key `{'.'.join(variable.path)}` ({variable.name})"
    hint = did_you_mean(variable.path[0], known)
    if hint is None and known:
        whole = f"{SET_PREFIX}STAGE{_BETWEEN}{variable.name[len(SET_PREFIX) :]}"
        hint = f"in an experiment the stage comes first: {whole}; stages: {', '.join(known)}"
    return Diagnostic("CRU101", message, variable.path, hint=hint)
