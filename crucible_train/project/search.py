"""From what somebody names, files, directories, patterns and standard input, to the specs there are."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.diagnostics.diagnostic import Diagnostic
from crucible_train.project.globs import is_pattern, matches, split
from crucible_train.project.inputs import EXCLUDED, NO_FILE, Skipped, Spec, Stdin, judge, load
from crucible_train.project.walk import Directory, NoFile, Unlisted, file_at, is_closed, is_directory, walk
from crucible_train.result import Err
from crucible_train.source import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crucible_train.project.table import Project
    from crucible_train.project.walk import Entry, File


class Search:
    """One search. Every file comes out of it once."""

    def __init__(self, project: Project | None, runs_dir: Path, stdin: Stdin, *, discover: bool) -> None:
        self._project = project
        self._runs_dir = os.path.realpath(runs_dir)
        self._stdin = stdin
        self._discover = discover
        """Whether a file that is named is treated like one that is found."""
        self._named: set[str] = set()
        self._seen: dict[str, str] = {}
        """Why each file so far was skipped, or `""`; kept only where files may be found twice."""
        self._several = True

    def paths(self, paths: Sequence[str]) -> Iterator[Spec | Skipped]:
        """The specs at `paths`, as given; those of a directory or a pattern, by the parts of their paths.

        Without `discover`, a directory or pattern with no spec is an error, CRU008.
        """
        self._several = len(paths) > 1
        kinds = {path: "" if path == self._stdin.argument else _kind(path) for path in paths}
        if not self._discover:
            self._named = {file_at(path).real for path, kind in kinds.items() if kind == "file"}
        for path, kind in kinds.items():
            if kind == "directory":
                entries = walk("" if path == os.curdir else path, self._enters)
                yield from self._specs_among(entries, path, "is in this directory")
            elif kind == "pattern":
                entries = self._matching("", path.replace(os.sep, "/"))
                yield from self._specs_among(entries, path, "matches this pattern")
            else:
                yield from self._one(path)

    def included(self, project: Project) -> Iterator[Spec | Skipped]:
        """The specs that the project includes, pattern by pattern. One without a file is an error, CRU008."""
        directory = os.path.relpath(project.directory)
        table = str(Path(directory, "pyproject.toml"))
        for pattern in project.include:
            entries = self._matching(directory, pattern)
            yield from self._specs_among(entries, table, f"matches `{pattern}`, which `include` has,")

    def _one(self, path: str) -> Iterator[Spec | Skipped]:
        """A file that somebody names, or standard input."""
        is_stdin = path == self._stdin.argument
        file = file_at(self._stdin.path if is_stdin else path)
        key = path if is_stdin else file.real
        if key in self._seen:
            return
        if not self._discover:
            one = Spec(file.path, self._stdin.load() if is_stdin else load(path))
        elif self._project is not None and self._project.excludes_any_of(file.real):
            one = Skipped(file.path, *EXCLUDED)
        else:
            one = judge(file, self._project, self._stdin if is_stdin else None)
        self._seen[key] = _why_skipped(one)
        yield one

    def _enters(self, found: Directory, spelt: Iterable[str] = ()) -> bool:
        """Whether to walk into a directory. A name that is `spelt` out was meant."""
        name = Path(found.real).name
        if name not in spelt and (is_closed(name) or found.real == self._runs_dir):
            return False
        return self._project is None or not self._project.excludes(found.real)

    def _matching(self, directory: str, pattern: str) -> Iterator[Entry]:
        """What matches a pattern that starts from `directory`."""
        plain, rest = split(pattern)
        root = Path(directory, plain)
        if not is_directory(root):
            return
        above = os.path.realpath(root).rstrip(os.sep) + os.sep
        parts = rest.split("/")
        spelt = [part for part in parts if not is_pattern(part)]

        def below(real: str) -> str:
            return real[len(above) :].replace(os.sep, "/")

        def enters(found: Directory) -> bool:
            path = below(found.real)
            head = parts[: path.count("/") + 1]
            may_hold = "**" in head or (len(head) < len(parts) and matches(("/".join(head),), path))
            return may_hold and self._enters(found, spelt)

        for entry in walk("" if root == Path() else str(root), enters):
            if isinstance(entry, Unlisted) or matches((rest,), below(entry.real)):
                yield entry

    def _specs_among(self, entries: Iterator[Entry], path: str, where: str) -> Iterator[Spec | Skipped]:
        """The specs among `entries`, and what was skipped; CRU008 at `path` where there is none."""
        skipped: Counter[str] = Counter()
        is_empty = not self._discover
        for entry in entries:
            if isinstance(entry, Unlisted):
                is_empty = False
                yield _refused(
                    entry.path, Diagnostic("CRU001", f"the directory cannot be read: {entry.reason}")
                )
                continue
            why = self._seen.get(entry.real)
            if why is None:
                one = self._judged(entry)
                why = _why_skipped(one)
                if self._several:
                    self._seen[entry.real] = why
                yield one
            if why:
                skipped[why] += 1
            else:
                is_empty = False
        if is_empty:
            yield _refused(path, no_spec_found(where, skipped))

    def _judged(self, entry: File | NoFile) -> Spec | Skipped:
        if entry.real in self._named:
            return Spec(entry.path, load(entry.path))
        if isinstance(entry, NoFile):
            return Skipped(entry.path, *NO_FILE)
        return judge(entry, self._project, is_regular=True)


def no_spec_found(where: str, skipped: Mapping[str, int]) -> Diagnostic:
    """That no spec is where one was expected, and what was there instead."""
    if not skipped:
        return Diagnostic("CRU008", f"no file that may be a spec {where}", hint="check what was meant")
    found = ", ".join(f"{kind} ({number})" for kind, number in skipped.items())
    hint = (
        "a spec has one of the keys `model_ref`, `dataset_ref`, `training_config` and `pipeline`; "
        "name a file, or list it in `include`, to have it checked as one"
    )
    return Diagnostic("CRU008", f"no spec {where}; skipped: {found}", hint=hint)


def _why_skipped(one: Spec | Skipped) -> str:
    return one.kind if isinstance(one, Skipped) else ""


def _kind(path: str) -> str:
    """What a path stands for. A file that has the name of a pattern is that file."""
    if is_directory(path):
        return "directory"
    return "pattern" if is_pattern(path) and not os.path.lexists(path) else "file"


def _refused(path: str, finding: Diagnostic) -> Spec:
    return Spec(path, Err(SourceError((finding,), readable=False)))
