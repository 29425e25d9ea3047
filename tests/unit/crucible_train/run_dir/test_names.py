"""Names of runs and experiments as names of directories."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train.run_dir.names import file_name


@pytest.mark.parametrize(
    ("text", "name"),
    [("my run", "my-run"), ("a/b", "a-b"), ("../../etc", "etc"), ("v1.2_x", "v1.2_x"), ("läuft", "läuft")],
)
def test_what_is_left_of_a_name(text: str, name: str) -> None:
    assert file_name(text) == name


@pytest.mark.parametrize("text", ["", "..", "/", "- -"])
def test_nothing_is_left(text: str) -> None:
    assert file_name(text) == ""


@given(st.text())
def test_it_is_one_name(text: str) -> None:
    name = file_name(text)
    assert name == "" or (Path(name).name == name and name not in (".", ".."))
    assert file_name(name) == name
