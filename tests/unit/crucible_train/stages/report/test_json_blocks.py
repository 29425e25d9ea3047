"""The output of a stage nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.stages.report.json_blocks import MAX_COLUMNS, MAX_ROWS, blocks_of, facts_in_short, table
from crucible_train.stages.report.tree import Block, Facts, Group, Paragraph, Table


def facts(*rows: tuple[str, str]) -> Facts:
    return Facts(rows)


def test_single_values_are_facts_wherever_they_are() -> None:
    values = {"num_pairs": 12, "judge": {"name": "b", "scores": [1, 2], "more": {"ok": True}}, "none": {}}
    assert blocks_of(values) == (
        facts(
            ("pairs", "12"),
            ("judge: name", "b"),
            ("judge: scores", "1, 2"),
            ("judge: more: ok", "yes"),
            ("none", "{}"),
        ),
    )


def test_a_list_of_mappings_is_a_table() -> None:
    rows = [{"at": 3, "why": "short", "ok": True}, {"at": 4, "what": {"a": 1}, "ok": False}]
    assert blocks_of({"found": {"bad_rows": rows}}) == (
        Group(
            "found: bad rows",
            (
                Table(
                    ("at", "why", "ok", "what"),
                    (("3", "short", "yes", ""), ("4", "", "no", '{"a": 1}')),
                    frozenset({0}),
                ),
            ),
        ),
    )


def test_mappings_of_the_same_numbers_are_a_table() -> None:
    values = {"unit": "tokens", "total": {"min": 1, "max": 9}, "num_prompt": {"max": 4, "min": 0.5}}
    rows = (("total", "1", "9"), ("prompt", "0.5", "4"))
    assert blocks_of({"lengths": values}) == (
        facts(("lengths: unit", "tokens")),
        Group("lengths", (Table(("", "min", "max"), rows, frozenset({1, 2})),)),
    )
    assert blocks_of(values) == (
        facts(("unit", "tokens")),
        Table(("", "min", "max"), rows, frozenset({1, 2})),
    )


@pytest.mark.parametrize(
    "values",
    [
        {"a": {"x": 1}, "b": {"y": 1}},
        {"a": {"x": 1}, "b": {"x": "one"}},
        {"a": {"x": 1}},
        {"a": {"": 1}, "b": {"": 2}},
        {"a": {"x": True}, "b": {"x": False}},
    ],
)
def test_other_mappings_are_facts(values: dict[str, Any]) -> None:
    (block,) = blocks_of(values)
    assert isinstance(block, Facts)
    assert len(block.rows) == len(values)


def test_a_wide_table_is_one_column() -> None:
    row = {f"k{index}": index for index in range(MAX_COLUMNS + 1)}
    (group,) = blocks_of({"rows": [row]})
    assert isinstance(group, Group)
    (block,) = group.blocks
    assert isinstance(block, Table)
    assert block.columns == ("value",)
    assert block.rows[0][0].startswith('{"k0": 0, ')


def test_a_long_table_says_how_much_is_not_shown() -> None:
    def made(count: int) -> tuple[Block, ...]:
        return table(("n",), [[str(index)] for index in range(count)])

    assert len(made(MAX_ROWS)) == 1
    shown, note = made(MAX_ROWS + 1200)
    assert isinstance(shown, Table)
    assert shown.rows[-1] == (str(MAX_ROWS - 1),)
    assert note == Paragraph("1,200 more rows: the JSON form has all of them.")


def test_the_first_words_and_numbers_say_it_in_short() -> None:
    values = {"list": [1], "a": 1, "text": "x" * 41, "b": "yes", "num_c": 2.5, "d": True, "e": 5}
    assert facts_in_short(values) == "a 1, b yes, c 2.5, d yes"
    assert facts_in_short({"a": None}) == ""
