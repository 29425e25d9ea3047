"""What every report is made from: the files that were checked, and how a finding is known in a repository."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from crucible_train.cli.load import STDIN_NAME
from crucible_train.diagnostics.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crucible_train.cli.load import Checked
    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.project.inputs import Skipped
    from crucible_train.source.suppressions import Suppressed

MAX_INDENTED = 1_000
_ROOT_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


Finding: TypeAlias = "tuple[str, Diagnostic]"
"""A finding, and the file to look at: the one it is in or, without a position, the one it is about."""


class StageReport(NamedTuple):
    """A stage that a valid file stands for."""

    label: str
    stage: str
    backend: str | None
    enabled: bool
    fingerprint: str | None
    """None where nobody asked for it: it takes time."""


class FileReport(NamedTuple):
    """What a report says of one file: nothing but data, and little, because there may be many files."""

    path: str
    findings: tuple[Diagnostic, ...]
    stages: tuple[StageReport, ...] = ()
    """None where there are errors."""
    is_experiment: bool = False
    unchecked: tuple[str, ...] = ()
    """What only a run can find out, in words."""
    readable: bool = True
    texts: Mapping[str, str] = MappingProxyType({})
    """The texts that findings point into, by the name their spans say, for whoever shows lines of them."""
    suppressed: tuple[Suppressed, ...] = ()
    fixed: tuple[Diagnostic, ...] = ()
    """What `--fix` has mended, at its place before that."""


def file_report(checked: Checked, *, texts: bool = False, fingerprints: bool = False) -> FileReport:
    """What to keep of a file that was checked, with its texts and fingerprints only where they are shown."""
    experiment = checked.experiment
    if experiment is not None:
        stages = [
            _stage_report(one.label, one.normalized, one.enabled, fingerprints) for one in experiment.stages
        ]
    elif checked.normalized is not None:
        stages = [_stage_report(checked.normalized.stage, checked.normalized, True, fingerprints)]
    else:
        stages = []
    return FileReport(
        checked.path,
        checked.findings,
        tuple(stages),
        experiment is not None,
        checked.unchecked,
        checked.readable,
        checked.texts if texts else MappingProxyType({}),
        checked.suppressed,
        checked.fixed,
    )


def _stage_report(
    label: str, normalized: Normalized[StageConfig], enabled: bool, fingerprints: bool
) -> StageReport:
    backend: str | None = getattr(normalized.config, "backend", None)
    fingerprint = normalized.fingerprint if fingerprints else None
    return StageReport(label, normalized.stage, backend, enabled, fingerprint)


class Report:
    """What `crucible validate` found, before it has a format.

    A plain class: making a `NamedTuple` takes half a millisecond of every check.
    """

    __slots__ = ("files", "is_fixed", "skipped", "status", "strict")

    def __init__(
        self,
        files: Sequence[FileReport],
        status: int,
        strict: bool,
        skipped: Sequence[Skipped] = (),
        *,
        is_fixed: bool = False,
    ) -> None:
        self.files = files
        self.status = status
        """The exit status."""
        self.strict = strict
        """Whether warnings fail, too."""
        self.skipped = skipped
        """Files that were found and not checked."""
        self.is_fixed = is_fixed
        """Whether `--fix` has mended what it could."""

    def findings(self) -> Iterator[Finding]:
        """Every finding: file by file, in the order of their places."""
        for one in self.files:
            for said in one.findings:
                yield (said.span.file if said.span else one.path), said

    def fails(self, finding: Diagnostic) -> bool:
        """Whether `finding` makes the check fail."""
        return self.strict or finding.severity is Severity.ERROR


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """An identity for each finding, in 64 hexadecimal digits: all differ, and none depends on a line.

    It is made from the file, the code and the path into the document, so a finding keeps it when lines move.
    Where these are equal, the findings are counted.
    """
    import hashlib
    import json

    root = repository_root()
    seen: dict[str, int] = {}
    made: list[str] = []
    for path, said in findings:
        identity = json.dumps([repository_path(path, root), said.code, said.loc])
        seen[identity] = count = seen.get(identity, 0) + 1
        made.append(hashlib.sha256(f"{identity} {count}".encode()).hexdigest())
    return made


def repository_root() -> str:
    """The directory that paths start from: the checkout, as GitHub or GitLab says, else the current one."""
    named = (os.environ.get(name) for name in _ROOT_VARIABLES)
    return next((name for name in named if name), os.curdir)


def repository_path(path: str, root: str) -> str:
    """`path` from `root`, with forward slashes; the whole path of a file that is not below `root`."""
    return path if path == STDIN_NAME else _below(path, root, os.getcwd())  # noqa: PTH109 - it is a key


@lru_cache(maxsize=64)
def _below(path: str, root: str, _here: str) -> str:
    """`repository_path` of a file, which asks the disk: once for all findings of the file."""
    # Of symbolic links, the directories' are followed, because the root may be given through another one.
    directory, name = os.path.split(path)
    whole, above = Path(os.path.realpath(directory), name), Path(os.path.realpath(root))
    if name == os.pardir:
        whole = whole.parent.parent
    return (whole.relative_to(above) if whole.is_relative_to(above) else whole).as_posix()


def json_text(content: object, num_findings: int) -> str:
    """`content` as JSON, indented for people up to `MAX_INDENTED` findings: that takes ten times longer."""
    import json  # a report in words does without

    indent = 2 if num_findings <= MAX_INDENTED else None
    return json.dumps(content, indent=indent, ensure_ascii=False)


def well_formed(text: str) -> str:
    """`text` with what is half a surrogate pair written out: a file name may hold one, and UTF-8 may not."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
