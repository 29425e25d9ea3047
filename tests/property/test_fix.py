"""Random misspellings, fixed: nothing else changes, and nothing is left to fix."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crucible_train.cli.load import Checked, Session, check
from crucible_train.fix.edits import fix_text
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Ok
from crucible_train.settings import Settings
from crucible_train.source import load_text

SESSION = Session(
    Settings(), None, Source({"backend": "local"}, Layer.DEFAULT, label="x", from_text=True), (), ()
)
GOOD: dict[str, Any] = {
    "id": "a",
    "model_ref": {"id": "byte-lm"},
    "dataset_ref": {"name": "d.jsonl", "split": "train"},
    "learning_rate": 0.002,
    "epochs": 3,
    "validation_split": 0.1,
    "options": {"eval_every": 10, "checkpoint_every": 20, "warmup": None},
}


def misspelt(draw: st.DrawFn, word: str) -> str:
    at = draw(st.integers(0, len(word) - 1))
    return draw(
        st.sampled_from([word, word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word.upper()])
    )


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    def of(value: Any) -> Any:
        if not isinstance(value, dict):
            quoted = isinstance(value, int | float) and draw(st.booleans())
            return str(value) if quoted else value
        return {misspelt(draw, key): of(item) for key, item in value.items() if draw(st.integers(0, 9))}

    return of(GOOD)


def checked(text: str) -> Checked:
    return check("s.json", SESSION, load_text(text, format="json", name="s.json")).unwrap()


def fixed(text: str) -> str:
    for _ in range(10):
        after = fix_text(text, "s.json", "json", checked(text).findings, lambda _: True)
        if not after.findings:
            return text
        text = after.text
    raise AssertionError("ten rounds were not enough")


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    return [str(value)]


@given(specs(), st.sampled_from([None, 1, 3]))
def test_values_stay_and_findings_become_fewer(spec: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(spec, indent=indent)
    after = fixed(text)
    assert fixed(after) == after
    assert leaves(json.loads(after)) == leaves(spec)
    if after == text:
        return
    fixes = [finding for finding in checked(text).findings if finding.fix is not None]
    assert fixes
    assert isinstance(load_text(after, format="json"), Ok)
