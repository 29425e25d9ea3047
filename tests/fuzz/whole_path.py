"""One text through the whole command line: read, checked, reported; and what must hold then."""

from __future__ import annotations

import contextlib
import io
import json
import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from crucible_train.cli.main import EXIT_USAGE, FORMATS, run_command
from tests.fuzz.mutation import VALUES, mutant

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

BASE = "model_ref: {id: byte-lm}\nepochs: 2\noptions: {max_length: 64}\n"
"""What a mutant that says `extends: base.yaml` extends."""
OTHER = '{"dataset_ref": {"name": "train.jsonl"}, "learning_rat": 0.1}'

COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("validate", "--format", name) for name in FORMATS),
    ("validate", "--color", "always"),
    ("validate", "--strict", "--format", "json"),
    ("validate", "--diff"),
    ("validate", "--fix"),
    ("explain",),
    ("normalize",),
    ("diff", "base.yaml"),
)
"""All that a spec is given to, short of training."""
OPTIONS: tuple[tuple[str, ...], ...] = (
    *((), (), (), (), (), ()),
    ("--stage", "dpo_train"),
    ("--stage", "nowhere"),
    ("--backend", "local"),
    ("--backend", "cluster"),
    *(
        ("--set", f"{key}={value!r:.40}")
        for key in ("epochs", "options.max_length", "a.b")
        for value in VALUES[:20]
    ),
    ("--set", "epochs"),
)

_CODE = re.compile(r"\bCRU\d{3}\b")


class Outcome(NamedTuple):
    """What one command did."""

    arguments: tuple[str, ...]
    status: int
    codes: frozenset[str]
    """The codes it spoke of."""


def prepare(directory: Path) -> None:
    """The files that mutants refer to."""
    (directory / "base.yaml").write_text(BASE, encoding="utf-8")
    (directory / "other.json").write_text(OTHER, encoding="utf-8")


def write_mutant(random: Random, directory: Path) -> tuple[str, ...]:
    """Write a mutant into `directory`, which is the current one; the command to run on it."""
    text, file_format = mutant(random)
    name = f"spec.{file_format}"
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.01:
        data = random.choice([text.encode("utf-16", "surrogatepass"), b"\xef\xbb\xbf" + data, data + b"\xff"])
    (directory / name).write_bytes(data)
    return (*random.choice(COMMANDS), name, *random.choice(OPTIONS))


def run(arguments: tuple[str, ...]) -> Outcome:
    """Run a command in the current directory. Whatever is raised, or asserted, is a mistake of ours."""
    written = io.BytesIO()
    out, err = io.TextIOWrapper(written, encoding="utf-8", errors="backslashreplace"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run_command(arguments)
        out.flush()
    printed, complaint = written.getvalue().decode(), err.getvalue()
    assert status in (0, 1, 2), status
    assert "Traceback" not in complaint, complaint
    if status == EXIT_USAGE:
        assert printed or complaint, "failed without a word"
    elif arguments[0] == "validate":
        check_report(arguments, status, printed)
    return Outcome(arguments, status, frozenset(_CODE.findall(printed + complaint)))


def check_report(arguments: tuple[str, ...], status: int, printed: str) -> None:
    """The report is in its format, and says that there are errors where the exit status does."""
    match arguments[1:3]:
        case ("--format", "json") | ("--strict", "--format"):
            report = json.loads(printed)
            errors = [one for one in report["findings"] if one["severity"] == "error"]
            assert bool(errors or ("--strict" in arguments and report["findings"])) == bool(status), printed
        case ("--format", "sarif"):
            (sarif,) = json.loads(printed)["runs"]
            assert any(one["level"] == "error" for one in sarif["results"]) == bool(status), printed
        case ("--format", "gitlab"):
            assert any(one["severity"] not in ("minor", "info") for one in json.loads(printed)) >= bool(
                status
            )
        case ("--format", "junit"):
            suites = ElementTree.fromstring(printed)
            assert (suites.find(".//failure") is not None) == bool(status), printed
        case ("--format", "github"):
            assert all(line.startswith("::") for line in printed.splitlines()), printed
            assert any(line.startswith("::error") for line in printed.splitlines()) == bool(status), printed
        case _:
            pass
