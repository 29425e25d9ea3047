"""`crucible validate --fix` and `--diff`: what is certain to be meant, written into the files or shown."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crucible_train.cli.load import STDIN, check
from crucible_train.cli.main import EXIT_FINDINGS, EXIT_OK, EXIT_USAGE
from crucible_train.cli.report_file import replace_file
from crucible_train.cli.reporters.text_report import count, finding_lines
from crucible_train.fix.edits import fix_text
from crucible_train.result import Err, Ok, Result
from crucible_train.source.files import format_of
from crucible_train.source.load import load_bytes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crucible_train.cli.load import Checked, Session
    from crucible_train.cli.reporters.report import FileReport
    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.source import Document, SourceError

_MAX_ROUNDS = 10
"""One fix can show the next mistake: that of a key which nobody could check under its wrong name."""
_BOM = b"\xef\xbb\xbf"


class Mended(NamedTuple):
    """A file with fixes. Both texts are without a byte order mark."""

    path: str
    before: str
    after: str
    fixed: tuple[Diagnostic, ...]


def refused(options: argparse.Namespace) -> str | None:
    """Why the options do not go together; None when they do."""
    if options.diff and (options.fix or options.format != "text" or options.output is not None):
        return (
            "--diff shows what --fix would change, and nothing else: leave out --fix, --format and --output"
        )
    if STDIN in options.paths and len(options.paths) > 1:
        return "`-` with --fix or --diff: name it alone, because its text goes to standard output"
    return None


class Fixer:
    """Checks files as `check` does, and mends them first."""

    def __init__(self, *, writes: bool) -> None:
        self.mended: list[Mended] = []
        self.stdin = ""
        """What standard input said, with its fixes; nothing, where it could not be read."""
        self._writes = writes

    def check(
        self, path: str, session: Session, read: Result[Document, SourceError] | None = None
    ) -> Result[Checked, str]:
        """Mend the file at `path`, and check what has become of it. `Err` is in words."""
        result = check(path, session, read, keep_texts=True)
        if isinstance(result, Err):
            return result
        name = result.value.path
        before = after = result.value.texts.get(name)
        if before is None or after is None:
            return result
        fixed: list[Diagnostic] = []
        for _ in range(_MAX_ROUNDS):
            mended = self._mended(path, session, after, result.value)
            if mended is None:
                break
            after, findings, result = mended
            fixed += findings
        if path == STDIN:
            self.stdin = after
        if fixed:
            problem = self._keep(path, Mended(name, before, after, tuple(fixed)))
            if problem is not None:
                return Err(problem)
        return Ok(result.value._replace(fixed=tuple(fixed)))

    def _mended(
        self, path: str, session: Session, text: str, checked: Checked
    ) -> tuple[str, tuple[Diagnostic, ...], Ok[Checked]] | None:
        """One round: the new text, what was fixed in it, and what it is found to be; None: nothing was."""
        name = checked.path
        file_format = format_of(name) or "yaml"  # standard input without a name
        is_file = path != STDIN or session.stdin_filename is not None
        directory = os.path.split(name)[0] if is_file else None
        num_rivals = _num_rivals(checked)

        def checked_again(new: str) -> Result[Checked, str]:
            read = load_bytes(new.encode(), format=file_format, name=name, directory=directory)
            return check(path, session, read, keep_texts=True)

        def is_accepted(new: str) -> bool:
            again = checked_again(new)
            return isinstance(again, Ok) and _num_rivals(again.value) <= num_rivals

        fixed = fix_text(text, name, file_format, checked.findings, is_accepted)
        again = checked_again(fixed.text) if fixed.findings else None
        return (fixed.text, fixed.findings, again) if isinstance(again, Ok) else None

    def _keep(self, path: str, mended: Mended) -> str | None:
        """Write a file, if that is asked for; why it cannot be, in words."""
        self.mended.append(mended)
        if not self._writes or path == STDIN:
            return None
        real = Path(os.path.realpath(path))
        try:
            data = real.read_bytes()
            if data.removeprefix(_BOM) != mended.before.encode():
                return f"--fix: {path} has changed since it was read; nothing was written to it"
            mark = _BOM if data.startswith(_BOM) else b""
            replace_file(real, mark + mended.after.encode())
        except OSError as error:
            return f"--fix: cannot write {path}: {error.strerror or error}"
        return None

    def print_diff(self, files: Sequence[FileReport]) -> int:
        """Print what would change (unified, as `patch` reads it), and how much of it; the exit status.

        1 when something would change, 2 when one of the `files` could not be read.
        """
        for one in self.mended:
            lines = difflib.unified_diff(
                one.before.splitlines(keepends=True), one.after.splitlines(keepends=True), one.path, one.path
            )
            for line in lines:
                sys.stdout.write(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
        num_fixed = sum(len(one.fixed) for one in self.mended)
        would = (
            f"{count(num_fixed, 'finding')} in {count(len(self.mended), 'file')}" if num_fixed else "nothing"
        )
        print(f"--fix would fix {would}", file=sys.stderr)
        unreadable = [one for one in files if not one.readable]
        for one in unreadable:
            for finding in one.findings:
                print("\n".join(finding_lines(one.path, finding)), file=sys.stderr)
        if unreadable:
            return EXIT_USAGE
        return EXIT_FINDINGS if self.mended else EXIT_OK


def _num_rivals(checked: Checked) -> int:
    """How many settings have two keys, and nobody knows which is meant: a fix must not add to them."""
    return sum(finding.code == "CRU105" for finding in checked.findings)
