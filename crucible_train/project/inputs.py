"""What comes of one file that was named or found: a spec to check, or something that is skipped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from crucible_train.project.recognise import may_be_spec, reads_as_spec
from crucible_train.result import Err, Ok, Result
from crucible_train.source import Document, Format, SourceError, load_bytes
from crucible_train.source.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible_train.project.table import Project
    from crucible_train.project.walk import File

Content: TypeAlias = "Result[tuple[bytes, Format], SourceError]"

EXCLUDED, NO_SPEC = ("excluded", "excluded"), ("not a spec", "not specs")
TOO_LARGE = ("too large for a spec", "too large for specs")
NO_FILE = ("not a regular file", "not regular files")
"""Reasons why something is skipped, for one and for several."""


class Skipped(NamedTuple):
    """A file that was found and is not checked."""

    path: str
    reason: str
    kind: str
    """The reason for several, such as `not specs`."""


class Spec(NamedTuple):
    """A file to check, read; or why there is none."""

    path: str
    read: Result[Document, SourceError]
    is_found: bool = False
    """Whether nobody named it: if another file extends it, it is checked through that one."""


class Stdin(NamedTuple):
    """Standard input."""

    argument: str
    """What stands for it among paths."""
    path: str
    """What it is called."""
    is_file: bool
    """Whether that is the name of a file."""
    content: Callable[[], Content]

    def load(self) -> Result[Document, SourceError]:
        """Read it and what it extends, as if it were the file."""
        return _loaded(self.path, self.content(), is_file=self.is_file)


def load(path: str) -> Result[Document, SourceError]:
    """Read the file `path` and what it extends."""
    return _loaded(path, read_file(path))


def judge(
    file: File, project: Project | None, stdin: Stdin | None = None, *, is_regular: bool = False
) -> Spec | Skipped:
    """What comes of a file that was found. It is read once; a file that cannot be read is not skipped.

    With `stdin`, what is in the file is read from there. `is_regular` is as in `read_file`.
    """
    if project is not None and project.excludes(file.real):
        return Skipped(file.path, *EXCLUDED)
    is_included = project is not None and project.includes(file.real)
    content = read_file(file.path, is_regular=is_regular) if stdin is None else stdin.content()
    if isinstance(content, Err):
        code = content.error.diagnostics[0].code
        if is_included or code == "CRU001":
            return Spec(file.path, content, is_found=True)
        return Skipped(file.path, *(TOO_LARGE if code == "CRU006" else NO_SPEC))
    if not is_included and not may_be_spec(*content.value):
        return Skipped(file.path, *NO_SPEC)
    read = _loaded(file.path, content, is_file=stdin is None or stdin.is_file)
    if is_included or reads_as_spec(*content.value, read, os.path.split(file.path)[0]):
        return Spec(file.path, read, is_found=True)
    return Skipped(file.path, *NO_SPEC)


def _loaded(path: str, content: Content, *, is_file: bool = True) -> Result[Document, SourceError]:
    match content:
        case Ok((data, file_format)):
            directory = os.path.split(path)[0] if is_file else None
            return load_bytes(data, format=file_format, name=path, directory=directory)
        case Err() as failed:
            return failed
