"""What a command asks of the disk and prints, heard while it runs, and kept for the next time.

Python announces what it opens and lists (audit events, PEP 578), so no reader can forget to say what it
reads. What it looks at otherwise, with `os.stat` and its kind, it does not announce: for the time of the
recording these functions do.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from crucible_train.result_cache.record import TAG, Outcome, Unknown, answer, holds, seal, stamp_of, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

MAX_SEEN = 2_000
"""Questions of a command that is cached."""
MAX_TEXT = 500_000
"""Characters that such a command prints."""
MAX_RECORDS, MAX_TOTAL = 1_000, 20_000_000
"""Records in a directory, and their bytes."""

_SETTLED_NS = 2_000_000_000
"""A file of the program that is younger may have been changed while it was imported."""
_NAME_LENGTH = 64
_TAG_TEXT = """\
Signature: 8a477f597d28d172789f06886806bc55
# Results of `crucible validate`. This directory may be deleted at any time. See https://bford.info/cachedir/
"""
_CODE = (".py", ".pyc", ".so", ".pyd")
_ASKED = ("stat", "lstat", "readlink")
_EVENTS = ("open", "os.", "shutil.", "socket.", "subprocess.")
_OURS = ("crucible_ir", "crucible_train")
_HARMLESS = {"closed", "encoding", "errors", "fileno", "flush", "isatty", "reconfigure", "writable"}


def recorded(directory: str, key: str, run: Callable[[], int], started_ns: int) -> int:
    """The exit status of `run()`; its outcome is kept if it can be told when it would be another.

    The first module of the program was imported after `started_ns`.
    """
    try:
        _make(directory)
    except OSError:
        return run()
    with Recording() as recording:
        status = run()
    seen = recording.seen
    if recording.is_usable and status in (0, 1) and holds(seen):  # 2 is about what could not be read
        program = _program(started_ns)
        if program is not None:
            _store(directory, key, Outcome(status, recording.printed, [*seen, *program]))
    return status


class Recording:
    """Hears what is asked and printed between `with` and its end."""

    def __init__(self) -> None:
        self.is_usable = True
        self.printed: list[tuple[str, str]] = []
        self._answers: dict[tuple[str, str], str] = {}
        self._is_answering = False
        self._num_characters = 0

    @property
    def seen(self) -> list[tuple[str, str, str]]:
        """Questions with their answers, from before the command had its own."""
        return [(question, path, said) for (question, path), said in self._answers.items()]

    def give_up(self) -> None:
        """Keep nothing of this command."""
        self.is_usable = False
        self.printed.clear()
        self._answers.clear()
        _listening.clear()

    def ask(self, question: str, path: Any) -> None:
        """Take note that the command is about to ask this."""
        if self._is_answering or not self.is_usable or isinstance(path, int):  # a file that is open
            return
        name = os.fsdecode(path)
        if name.endswith(_CODE) or (question, name) in self._answers:
            return
        self._is_answering = True
        try:
            self._answers[question, name] = answer(question, name)
        except Unknown:
            self.give_up()
        finally:
            self._is_answering = False
        if len(self._answers) > MAX_SEEN or name.endswith("entry_points.txt"):
            self.give_up()  # what other packages plug in may depend on anything

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit event."""
        if event == "open":
            if arguments[2] & os.O_ACCMODE != os.O_RDONLY:
                self.give_up()
            else:
                self.ask("content", arguments[0])
        elif event in ("os.scandir", "os.listdir"):
            path = os.curdir if arguments[0] is None else arguments[0]
            if event == "os.scandir" or path not in sys.path_importer_cache:  # an import lists those
                self.ask("listing", path)
        else:  # it does something, and did not only look
            self.give_up()

    def keep(self, stream: str, text: str) -> None:
        """Take note of what is printed."""
        self._num_characters += len(text)
        if self._num_characters > MAX_TEXT:
            self.give_up()
        elif self.is_usable:
            self.printed.append((stream, text))

    def __enter__(self) -> Recording:
        for path in sys.path:
            self.ask("stamp", path or os.curdir)  # a package was installed or removed
        self._asked = {name: getattr(os, name) for name in _ASKED}
        for name, function in self._asked.items():
            setattr(os, name, self._announced(name, function))
        self._streams = sys.stdout, sys.stderr
        sys.stdout = cast("TextIO", _Copied(sys.stdout, "out", self))
        sys.stderr = cast("TextIO", _Copied(sys.stderr, "err", self))
        _listening.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _listening.clear()
        sys.stdout, sys.stderr = self._streams
        for name, function in self._asked.items():
            setattr(os, name, function)

    def _announced(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def asked(path: Any, *args: Any, **options: Any) -> Any:
            if options.get("dir_fd") is not None:
                self.give_up()
            question = name if options.get("follow_symlinks", True) else "lstat"
            self.ask(question, path)
            return function(path, *args, **options)

        return asked


class _Copied:
    """A text stream whose text is kept, too."""

    def __init__(self, stream: Any, name: str, recording: Recording) -> None:
        self._stream = stream
        self._name = name
        self._recording = recording

    def write(self, text: str) -> int:
        self._recording.keep(self._name, text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        if name not in _HARMLESS:
            self._recording.give_up()  # such as `buffer`: what is written there is not heard
        return getattr(self._stream, name)


def _program(started_ns: int) -> list[tuple[str, str, str]] | None:
    """Our modules that ran, each with its stamp; None where one may be newer than what ran of it.

    Those of others are replaced by installing them, which the directories of `sys.path` show.
    """
    stamps: list[tuple[str, str, str]] = []
    for name, module in list(sys.modules.items()):
        if not name.startswith(_OURS):
            continue
        path = module.__file__
        assert path is not None
        status = os.stat(path)
        if max(status.st_mtime_ns, status.st_ctime_ns) > started_ns - _SETTLED_NS:
            return None
        stamps.append(("stamp", path, stamp_of(status)))
    return stamps


def _store(directory: str, key: str, outcome: Outcome) -> None:
    """Write a record, whole or not at all. Where that cannot be done, there is none."""
    body = written(outcome)
    if body is None:
        return
    temporary = os.path.join(directory, f"{key}.{os.getpid()}")
    try:
        with open(temporary, "xb") as file:
            file.write(seal(directory, body) + b"\n" + body)
        os.replace(temporary, os.path.join(directory, key))
        _remove_oldest(directory)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)


def _make(directory: str) -> None:
    """The directory of the records, which version control and backups leave out."""
    with suppress(FileExistsError):
        os.mkdir(directory)
    if not stat.S_ISDIR(os.lstat(directory).st_mode):
        raise NotADirectoryError(directory)  # a link may lead anywhere
    for name, text in ((TAG, _TAG_TEXT), (".gitignore", "*\n")):
        path = os.path.join(directory, name)
        if not os.path.lexists(path):
            with suppress(FileExistsError), open(path, "x", encoding="ascii") as file:
                file.write(text)


def _remove_oldest(directory: str) -> None:
    """Keep to the number and the size of records."""
    with os.scandir(directory) as entries:
        records = [
            (entry.stat(follow_symlinks=False), entry.path)
            for entry in entries
            if len(entry.name.partition(".")[0]) == _NAME_LENGTH
        ]
    total = sum(status.st_size for status, _ in records)
    if len(records) <= MAX_RECORDS and total <= MAX_TOTAL:
        return
    records.sort(key=lambda record: record[0].st_mtime_ns)
    for index, (status, path) in enumerate(records):
        if len(records) - index <= MAX_RECORDS and total <= MAX_TOTAL:
            return
        total -= status.st_size
        with suppress(FileNotFoundError):
            os.unlink(path)


_listening: list[Recording] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and event.startswith(_EVENTS):
        _listening[-1].hear(event, arguments)


sys.addaudithook(_hear)  # for good: there is no way to remove one
