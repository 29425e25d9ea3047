"""Files made to break a reader, through the real command: an answer, in bounded memory, and no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.command_line import COMMAND, environment
from tests.support.hostile_files import HOSTILE, MAX_MIB, VALID, Hostile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="devices, pipes and wait4 as Linux has them")

OTHER = VALID.replace("id: a", "id: b") + "epochs: 7\n"


LAUNCHER = """\
import os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""The kernel counts what a process has before it becomes another program: so a small one starts it."""


def peak_of(here: Path, *arguments: str) -> tuple[int, str, str, float]:
    """The exit status of `crucible`, what it printed to each stream, and its peak of memory in MiB."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCHER, "peak.txt", *COMMAND, *arguments],
        cwd=here,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr, int((here / "peak.txt").read_text()) / 1024


@pytest.mark.parametrize("case", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_file_gets_an_answer(case: Hostile, tmp_path: Path) -> None:
    arguments = case.write(tmp_path)

    status, printed, complaint, mib = peak_of(
        tmp_path, "validate", "--no-cache", "--format", "json", *arguments
    )

    assert "Traceback" not in complaint
    assert mib < MAX_MIB
    assert status == case.status
    if printed:
        assert {finding["code"] for finding in json.loads(printed)["findings"]} == case.codes
    else:
        assert (case.codes, complaint.startswith("crucible: ")) == (frozenset(), True)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(VALID)
    spec.chmod(0)

    status, printed, _, _ = peak_of(tmp_path, "validate", "spec.yaml")

    assert (status, "CRU001 the file cannot be opened: Permission denied" in printed) == (2, True)


@pytest.mark.parametrize(
    "name", ["a\nb.yaml", "-x.yaml", "a:1:2.yaml", "::error::.yaml", " .yaml", "é%0A.yaml", b"\xff.yaml"]
)
@pytest.mark.parametrize("report", ["text", "json", "github", "gitlab", "sarif", "junit"])
def test_an_odd_name(name: str | bytes, report: str, tmp_path: Path) -> None:
    spec = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), os.fsencode(name))))  # noqa: PTH118 - pathlib takes no bytes
    spec.write_text(VALID + "epochz: 1\n")
    argument = os.fsencode(name) if not str(name).startswith("-") else b"./-x.yaml"

    done = subprocess.run(
        [*COMMAND, "validate", "--format", report, argument],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, b"")
    assert b"CRU101" in done.stdout
    if report == "github":
        assert all(line.startswith(b"::error ") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("redirection", "status"),
    [(">/dev/full", 2), (">&-", 1), ("2>&-", 1), ("<&-", 1), ("| true", 141), (">/dev/full 2>&1", 2)],
)
def test_streams_that_are_closed_or_full(redirection: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("id: [\n" * 3_000)
    script = f'set -o pipefail; "{sys.executable}" -m crucible_train validate spec.yaml {redirection}'

    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )

    assert "Traceback" not in done.stderr
    assert done.returncode in ({status, 1} if redirection == "| true" else {status})


def test_standard_input_that_is_closed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m crucible_train validate - <&-'],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")
    assert "CRU003" in done.stdout


def test_a_file_that_is_replaced_while_it_is_read(tmp_path: Path) -> None:
    """Each answer is about one whole version of the file."""
    spec, new = tmp_path / "spec.yaml", tmp_path / "new"
    spec.write_text(VALID)
    ended = threading.Event()

    def replace() -> None:
        while not ended.is_set():
            for text in (OTHER, VALID):
                new.write_text(text)
                new.replace(spec)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        for _ in range(10):
            status, printed, complaint, _ = peak_of(tmp_path, "normalize", "spec.yaml")
            assert (status, complaint) == (0, "")
            config = json.loads(printed)
            assert (config["num_epochs"], config["run_name"]) in ((7, "b"), (1, "a"))
    finally:
        ended.set()
        writer.join()


def test_a_file_that_is_cut_and_filled_while_it_is_read(tmp_path: Path) -> None:
    """A version that is there only in part is a finding, at worst."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(VALID)
    ended = threading.Event()

    def rewrite() -> None:
        while not ended.is_set():
            with spec.open("w") as file:
                for line in (VALID + "# a\n" * 10_000).splitlines(keepends=True):
                    file.write(line)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(10):
            status, _, complaint, _ = peak_of(tmp_path, "validate", "spec.yaml")
            assert (status in (0, 1), complaint) == (True, "")
    finally:
        ended.set()
        writer.join()
