"""Every code has a failing example, which has that code and no other, and a fixed twin that has none.

`CODE/bad.*` and `CODE/fixed.*` are checked with `crucible validate`; `CODE/commands.json` has the command
lines of examples that need others. The pages of the codes show these files and what the commands print.
"""

from __future__ import annotations

import re

import pytest

from crucible_train.diagnostics.catalogue import RULES, Rule
from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.schema.reference.rule_examples import EXAMPLES, Kind, example_of

FOUND = re.compile(r"(?:^|: |\n)(CRU\d{3}) ")
KINDS: tuple[Kind, Kind] = ("bad", "fixed")


@pytest.mark.parametrize("code", RULES)
def test_the_bad_one_has_the_code_and_no_other(code: str) -> None:
    ran = example_of(code).run("bad")
    assert set(FOUND.findall(ran.output)) == {code}, ran.output
    assert (ran.status == 0) is (RULES[code].severity is Severity.WARNING), ran.output


@pytest.mark.parametrize("code", RULES)
def test_the_fixed_one_has_none(code: str) -> None:
    ran = example_of(code).run("fixed")
    assert FOUND.findall(ran.output) == []
    assert ran.status == 0, ran.output


def shown(snippet: str, texts: list[str]) -> bool:
    """Whether every line is in the texts; `...` stands for anything, and a remark begins with `  # `."""
    lines = [line.partition("  # ")[0] for line in snippet.splitlines()]
    patterns = [re.escape(line).replace(r"\.\.\.", ".*") for line in lines]
    return all(any(re.search(pattern, text) for text in texts) for pattern in patterns)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_rule_quotes_its_example(rule: Rule) -> None:
    found = example_of(rule.code)
    for kind, snippet in zip(KINDS, (rule.example, rule.fix), strict=True):
        texts = [*found.files(kind).values(), *found.files().values(), found.command(kind)]
        assert shown(snippet, texts), f"{rule.code}: {kind} has no {snippet!r}"


def test_every_example_is_of_a_code() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {"__pycache__"} <= set(RULES)


def test_a_code_without_an_example_is_told_how_to_get_one() -> None:
    with pytest.raises(FileNotFoundError, match="CRU999 has no example: add tests/examples/rules/CRU999/"):
        example_of("CRU999")
