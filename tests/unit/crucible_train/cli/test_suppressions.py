"""`# crucible: ignore[CODE] reason` takes a warning back, and says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\n"
SPLIT = "validation_split: 0.1"


@pytest.fixture
def report(crucible: Callable[..., Any], here: Path) -> Callable[..., dict[str, Any]]:
    """What is found in a spec with these lines more."""

    def run(more: str, *arguments: str, name: str = "s.yaml", head: str = SPEC) -> dict[str, Any]:
        (here / name).write_text(head + more, encoding="utf-8")
        status, out, _ = crucible("validate", "--format", "json", *arguments, name)
        found: dict[str, Any] = json.loads(out)
        found["codes"] = [one["code"] for one in found["findings"]]
        found["status"] = status
        return found

    return run


@pytest.mark.parametrize(
    "more",
    [
        f"{SPLIT}  # crucible: ignore[CRU402] for another tool",
        f"# crucible: ignore[CRU402] for another tool\n{SPLIT}",
        f"# crucible: ignore[CRU402] for another tool\n\n# and more\n{SPLIT}",
        f"{SPLIT} # see the notes # crucible:ignore[CRU402]   for another tool  ",
        "validation_split: # crucible: ignore[CRU402] for another tool\n  0.1",
    ],
)
def test_where_a_comment_may_stand(report: Callable[..., dict[str, Any]], more: str) -> None:
    found = report(more, "--strict")
    assert (found["codes"], found["status"]) == ([], 0)
    ((code, reason),) = [(one["code"], one["reason"]) for one in found["suppressed"]]
    assert (code, reason) == ("CRU402", "for another tool")


def test_several_codes(report: Callable[..., dict[str, Any]]) -> None:
    more = f"{SPLIT} # crucible: ignore[CRU402, CRU403] both"
    found = report(more)
    assert found["codes"] == ["CRU025"]
    assert found["findings"][0]["message"] == "there is no CRU403 here to ignore"


def test_toml(report: Callable[..., dict[str, Any]]) -> None:
    head = 'id = "a"\nmodel_ref = {id = "byte-lm"}\ndataset_ref = {name = "train.jsonl"}\n'
    found = report("validation_split = 0.1 # crucible: ignore[CRU402] why", name="s.toml", head=head)
    assert (found["codes"], len(found["suppressed"])) == ([], 1)


def test_another_line_is_not_meant(report: Callable[..., dict[str, Any]]) -> None:
    found = report(f"epochs: 3 # crucible: ignore[CRU402] why\n{SPLIT}")
    assert found["codes"] == ["CRU025", "CRU402"]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[CRU402]", "this does not say why CRU402 may be ignored"),
        ("ignore[CRU402]no space", "this comment says nothing that crucible understands"),
        ("noqa", "this comment says nothing that crucible understands"),
        ("ignore[CRU999] why", "there is no code `CRU999`"),
        ("ignore[] why", "there is no code ``"),
        ("ignore[CRU202] why", "CRU202 (out-of-range) is an error, and cannot be ignored"),
        ("ignore[CRU025] why", "CRU025 (unused-suppression) is about comments like this one"),
    ],
)
def test_a_comment_that_is_wrong_is_an_error(
    report: Callable[..., dict[str, Any]], comment: str, message: str
) -> None:
    found = report(f"{SPLIT} # crucible: {comment}")
    assert found["codes"] == ["CRU402", "CRU024"]
    (bad,) = (one for one in found["findings"] if one["code"] == "CRU024")
    assert (bad["message"], bad["line"], bad["column"]) == (message, 4, 23)
    assert bad["hint"]
    assert (found["status"], found["valid"]) == (1, {})


def test_a_run_is_refused_for_it_too(crucible: Callable[..., Any], here: Path) -> None:
    (here / "s.yaml").write_text(SPEC + "# crucible: nonsense\n", encoding="utf-8")
    assert crucible("explain", "s.yaml").status == 1
    assert crucible("run", "s.yaml").status == 1


def test_an_address_in_a_comment_is_none(report: Callable[..., dict[str, Any]]) -> None:
    assert report("epochs: 3 # such as crucible://models/a\n# see crucible: the manual")["codes"] == []


def test_where_there_are_errors_nothing_is_called_unused(report: Callable[..., dict[str, Any]]) -> None:
    assert report("epochs: 0 # crucible: ignore[CRU402] why")["codes"] == ["CRU202"]


def test_a_base_takes_back_its_own(report: Callable[..., dict[str, Any]], here: Path) -> None:
    (here / "base.yaml").write_text(
        f"{SPLIT} # crucible: ignore[CRU402] one\nepochs: 3 # crucible: ignore[CRU403] for others\n",
        encoding="utf-8",
    )
    found = report("extends: base.yaml")
    assert (found["codes"], found["suppressed"][0]["path"]) == ([], "base.yaml")


def test_the_text_counts_them_and_sarif_says_why(crucible: Callable[..., Any], here: Path) -> None:
    text = f"{SPEC}{SPLIT} # crucible: ignore[CRU402] why\noptions: {{checkpoint_every: 9}}\nepochs: 3\n"
    (here / "s.yaml").write_text(text, encoding="utf-8")
    assert "1 suppressed" in crucible("validate", "s.yaml").out
    run = json.loads(crucible("validate", "--format", "sarif", "s.yaml").out)["runs"][0]
    kinds = {one["ruleId"]: one["suppressions"] for one in run["results"]}
    assert kinds["CRU402"] == [{"kind": "inSource", "justification": "why"}]
    assert all(kinds[code] == [] for code in kinds.keys() - {"CRU402"})
