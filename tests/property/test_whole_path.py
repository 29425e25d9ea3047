"""Whatever a spec says: every command ends with a report that holds together, and never with a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutation import mutant, seeds
from tests.fuzz.whole_path import COMMANDS, prepare, run, write_mutant

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@settings(
    deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # every input writes its files anew
@given(random=st.randoms(use_true_random=False))
def test_a_broken_spec_gets_a_report_and_no_traceback(here: Path, random: Random) -> None:
    prepare(here)
    arguments = write_mutant(random, here)

    outcome = run(arguments)  # asserts that the report agrees with the exit status

    assert outcome.codes or outcome.status in (0, 1, 2)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6))
@example(seed=0)
def test_a_seed_names_a_mutant(seed: int) -> None:
    import random

    assert mutant(random.Random(seed)) == mutant(random.Random(seed))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_example_gets_through_every_command(here: Path, command: tuple[str, ...]) -> None:
    for seed in seeds():
        prepare(here)
        (here / f"spec.{seed.format}").write_bytes(seed.text.encode())

        assert run((*command, f"spec.{seed.format}")).status in (0, 1, 2)
