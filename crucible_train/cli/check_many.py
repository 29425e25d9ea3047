"""The files of `crucible validate`, where they are not just one that is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from crucible_train.cli.load import stdin_of
from crucible_train.cli.report_file import refused
from crucible_train.project.inputs import Skipped, Spec
from crucible_train.project.search import Search
from crucible_train.project.walk import file_at
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from crucible_train.cli.load import Check, Checked, Session
    from crucible_train.cli.reporters.report import FileReport

_NO_PATH = (
    "nothing to check: name files, directories or patterns, or list patterns as `include` in [tool.crucible] "
    "of pyproject.toml"
)


def inputs(options: argparse.Namespace, session: Session) -> Result[Iterator[Spec | Skipped], str]:
    """What the command line or the project names, read one by one. `Err` is a usage error in words."""
    project = session.settings.project
    search = Search(project, session.settings.runs_dir, stdin_of(session), discover=options.discover)
    if options.paths:
        return Ok(search.paths(options.paths))
    return Ok(search.included(project)) if project is not None and project.include else Err(_NO_PATH)


def check_many(
    options: argparse.Namespace, session: Session, check: Check, keep: Callable[[Checked], FileReport]
) -> Result[tuple[list[FileReport], list[Skipped]], str]:
    """`check` every spec: what to `keep` of each, and what was skipped. `Err` is a usage error in words."""
    match inputs(options, session):
        case Ok(found):
            pass
        case Err() as failed:
            return failed
    files: list[FileReport] = []
    named: set[int] = set()
    skipped: list[Skipped] = []
    chains = _Chains()
    shared: dict[object, Any] = {}
    for one in found:
        if isinstance(one, Skipped):
            skipped.append(one)
            continue
        match check(one.path, session, one.read):
            case Ok(checked):
                chains.add(one)
                if not one.is_found:
                    named.add(len(files))
                file = keep(checked)
                # Most files of a project stand for the same: kept once, so that many of them stay small.
                stages = shared.setdefault(file.stages, file.stages)
                unchecked = tuple([shared.setdefault(item, item) for item in file.unchecked])
                files.append(file._replace(stages=stages, unchecked=unchecked))
            case Err() as failed:
                return failed
    kept: list[FileReport] = []
    for index, file in enumerate(files):
        above = None if index in named or file.fixed else chains.above(file.path)
        if above is None:
            kept.append(file)
        else:
            skipped.append(Skipped(file.path, f"extended by {above}", "extended by others"))
    if options.output is not None and Path(options.output).exists():
        problem = refused(options.output, [file.path for file in kept])
        if problem is not None:
            return Err(problem)
    return Ok((kept, skipped))


class _Chains:
    """Which files extend which, by real paths."""

    def __init__(self) -> None:
        self._bases: dict[str, tuple[str, set[str]]] = {}
        """A file that extends others: its path, and those others."""
        self._names: set[str] = set()
        """The last parts of the others' paths."""

    def add(self, spec: Spec) -> None:
        """Take note of what a spec extends."""
        texts = (spec.read.value if isinstance(spec.read, Ok) else spec.read.error).texts
        if len(texts) > 1:
            own = file_at(spec.path).real
            others = {file_at(name).real for name in texts} - {own}
            self._bases[own] = spec.path, others
            self._names |= {Path(other).name for other in others}

    def above(self, path: str) -> str | None:
        """The file that extends the one at `path`, and is not extended by it in turn."""
        if not self._names or Path(path).name not in self._names:
            return None
        real = file_at(path).real
        own = self._bases.get(real, ("", set[str]()))[1]
        return next(
            (other for key, (other, bases) in self._bases.items() if real in bases and key not in own), None
        )
