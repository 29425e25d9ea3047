"""The traps of YAML, one test each: what usual loaders do, and what this one gives instead."""

from __future__ import annotations

import math

import pytest

from crucible_train.source import yaml_tree
from tests.support.source_texts import place, places, read, refuse

pytestmark = pytest.mark.usefixtures("yaml_parser")


@pytest.mark.parametrize(
    ("written", "value"),
    [("1e-4", 1e-4), ("1E5", 1e5), ("2e-5", 2e-5), ("-1e+3", -1e3), ("6.02e23", 6.02e23)],
)
def test_scientific_notation_is_a_float_and_not_text(written: str, value: float) -> None:
    document = read(f"learning_rate: {written}")

    assert document.data == {"learning_rate": value}
    assert type(document.data["learning_rate"]) is float
    assert document.warnings == ()


@pytest.mark.parametrize("word", ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"])
def test_a_word_of_yes_is_text_with_a_hint_for_true(word: str) -> None:
    document = read(f"run:\n  label: {word}")

    assert document.data == {"run": {"label": word}}
    (warning,) = document.warnings
    assert place(warning) == ("CRU018", 2, 10)
    assert warning.loc == ("run", "label")
    assert warning.severity == "warning"
    assert warning.hint == f'write true, or "{word}" in quotes for the text'


@pytest.mark.parametrize("word", ["n", "N", "no", "No", "NO", "off", "Off", "OFF"])
def test_a_word_of_no_is_text_with_a_hint_for_false(word: str) -> None:
    document = read(f"a: 1\nlabels: [x, {word}]")

    assert document.data == {"a": 1, "labels": ["x", word]}
    (warning,) = document.warnings
    assert place(warning) == ("CRU018", 2, 13)
    assert warning.loc == ("labels", 1)
    assert warning.hint == f'write false, or "{word}" in quotes for the text'


@pytest.mark.parametrize("quoted", ["'no'", '"no"', "!!str no", "|-\n  no"])
def test_quotes_or_a_tag_make_a_word_of_no_plain_text(quoted: str) -> None:
    document = read(f"label: {quoted}")

    assert document.data == {"label": "no"}
    assert document.warnings == ()


def test_a_key_may_be_a_word_of_yes_or_no() -> None:
    document = read("on: push\nno: 1\ny: 2\n&n off: 3\n")

    assert document.data == {"on": "push", "no": 1, "y": 2, "off": 3}
    assert document.warnings == ()


@pytest.mark.parametrize(("word", "value"), [("true", True), ("FALSE", False), ("Null", None), ("~", None)])
def test_words_that_all_readers_agree_on_bring_no_warning(word: str, value: bool | None) -> None:
    document = read(f"a: {word}")

    assert document.data == {"a": value}
    assert document.warnings == ()


def test_a_leading_zero_is_decimal_and_warns_of_octal() -> None:
    document = read("seed: 010")

    assert document.data == {"seed": 10}
    (warning,) = document.warnings
    assert str(warning) == (
        "<text>:1:7: CRU018 warning: `010` is 10 here, and 8 (octal) to YAML 1.1 readers"
        " (write 10, or 8 if octal was meant)"
    )


@pytest.mark.parametrize(
    ("written", "value", "other"),
    [
        ("-0100", -100, "and -64 (octal)"),
        ("+010", 10, "and 8 (octal)"),
        ("08", 8, "text"),
        ("-019", -19, "text"),
    ],
)
def test_other_leading_zeros_warn_too(written: str, value: int, other: str) -> None:
    document = read(f"seed: {written}")

    assert document.data == {"seed": value}
    assert other in document.warnings[0].message


@pytest.mark.parametrize(("written", "value"), [("0", 0), ("007", 7), ("-0", 0), ("+1", 1), ("00", 0)])
def test_a_leading_zero_that_all_readers_read_alike_does_not_warn(written: str, value: int) -> None:
    document = read(f"seed: {written}")

    assert document.data == {"seed": value}
    assert document.warnings == ()


@pytest.mark.parametrize(("written", "value"), [("0o10", 8), ("0x1F", 31), ("0xff", 255), ("0o0", 0)])
def test_prefixes_for_octal_and_hexadecimal_are_numbers(written: str, value: int) -> None:
    assert read(f"seed: {written}").data == {"seed": value}


@pytest.mark.parametrize("written", ["0o8", "0xg", "0x", "0o", "1.2.3", "1e", "e5", ".", "+", "+-1", "1-2"])
def test_what_only_looks_like_a_number_is_text(written: str) -> None:
    assert read(f"a: {written}").data == {"a": written}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1_000", "1000"),
        ("-1_0", "-10"),
        ("1_0.5", "10.5"),
        (".5_0", "0.5"),
        ("60:30", "3630"),
        ("-1:30", "-90"),
        ("1:30:00", "5400"),
        ("0:01.5", "1.5"),
        ("0b101", "5"),
        ("-0x1F", "-31"),
        ("0x_1F", "31"),
        ("0_17", "15"),
    ],
)
def test_numbers_of_yaml_1_1_are_text_and_warn(written: str, number: str) -> None:
    document = read(f"max_steps: {written}")

    assert document.data == {"max_steps": written}
    (warning,) = document.warnings
    assert place(warning) == ("CRU018", 1, 12)
    assert warning.message == f"`{written}` is text here, and the number {number} to YAML 1.1 readers"
    assert warning.hint == f'write {number}, or "{written}" in quotes for the text'


@pytest.mark.parametrize(
    "written", ["0:30", "1:60", "1:2:x", "_1", "0b2", "0x_", "1_a", "3:" + "1:" * 60 + "1"]
)
def test_text_that_no_reader_takes_for_a_number_does_not_warn(written: str) -> None:
    document = read(f"a: {written}")

    assert document.data == {"a": written}
    assert document.warnings == ()


@pytest.mark.parametrize("written", ["2024-01-01", "2024-01-01 10:00:00", "2024-01-01T10:00:00Z"])
def test_a_date_is_text(written: str) -> None:
    document = read(f"date: {written}")

    assert document.data == {"date": written}
    assert document.warnings == ()


def test_a_duplicate_key_is_an_error_at_the_second_that_cites_the_first() -> None:
    error = refuse("epochs: 3\nseed: 1\nepochs: 30\n")

    assert (
        str(error)
        == "<text>:3:1: CRU012 duplicate key `epochs`: it is already on line 1 (keep one of the two)"
    )
    assert error.diagnostics[0].loc == ("epochs",)
    assert error.document is not None
    assert error.document.data == {"epochs": 3, "seed": 1}


def test_a_number_and_the_same_text_are_duplicate_keys_too() -> None:
    assert places("1: a\n'1': b\n") == [("CRU016", 1, 1), ("CRU012", 2, 1)]
    assert places("'1': a\n1: b\n") == [("CRU012", 2, 1), ("CRU016", 2, 1)]


@pytest.mark.parametrize("key", ["1", "-1.5", "true", "null", "~", "010", ".nan", "0x1F", "1e5"])
def test_a_key_that_is_not_text_is_an_error(key: str) -> None:
    error = refuse(f"a:\n  {key}: b\n  c: d\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU016", 2, 3)]
    assert error.document is not None
    assert error.document.data == {"a": {"c": "d"}}


def test_the_hint_for_a_number_as_key_is_to_quote_it() -> None:
    assert refuse("1: a").diagnostics[0].hint == 'write "1" in quotes'


def test_a_template_left_unquoted_gets_its_own_hint() -> None:
    error = refuse("path: {{ root }}")

    assert [place(finding) for finding in error.diagnostics] == [("CRU016", 1, 8)]
    assert error.diagnostics[0].hint == "put quotes around a value that starts with {"


@pytest.mark.parametrize("written", [".nan", ".NaN", ".NAN", ".inf", "-.Inf", "+.INF", "1e400", "-1e400"])
def test_numbers_that_are_not_finite_are_errors(written: str) -> None:
    error = refuse(f"a: 1\nrate: {written}\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU014", 2, 7)]
    assert error.diagnostics[0].loc == ("rate",)
    assert error.document is not None
    assert error.document.data == {"a": 1}


@pytest.mark.parametrize("written", [".Nan", "nan", "inf", "-.nan", ".infinity"])
def test_other_spellings_of_them_are_text(written: str) -> None:
    assert read(f"a: {written}").data == {"a": written}


def test_a_float_that_underflows_is_zero() -> None:
    assert math.copysign(1, read("a: -1e-400").data["a"]) == -1


@pytest.mark.parametrize("written", ["9" * 5000, "-" + "9" * 4400, "0x" + "f" * 4000, "0o" + "7" * 5000])
def test_an_integer_of_thousands_of_digits_is_an_error_with_its_place(written: str) -> None:
    error = refuse(f"a: 1\nseed: {written}\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU015", 2, 7)]
    assert error.document is not None
    assert error.document.data == {"a": 1}


def test_text_of_thousands_of_signs_is_text() -> None:
    assert read("a: +" + "-" * 5000).data == {"a": "+" + "-" * 5000}


def test_fifty_thousand_brackets_are_over_the_budget_of_depth() -> None:
    assert places("a: " + "[" * 50_000) == [("CRU006", 1, 103)]
    assert places("[" * 50_000) == [("CRU006", 1, 101)]
    assert places("? " * 50_000) == [("CRU006", 1, 201)]


def test_a_hundred_levels_are_within_the_budget() -> None:
    value = read("a: " + "[" * 99 + "]" * 99).data["a"]

    for _ in range(98):
        (value,) = value
    assert value == []


def test_there_is_a_budget_of_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "MAX_NODES", 100)  # the real one takes PyYAML seconds

    assert len(read("a: [" + "x, " * 97 + "]").data["a"]) == 97
    assert places("a: [" + "x, " * 98 + "]") == [("CRU006", 1, 5 + 3 * 97)]
    assert len(read("\n".join(f"k{i}:" for i in range(49))).data) == 49
    assert places("\n".join(f"k{i}:" for i in range(50))) == [("CRU006", 50, 1)]


def test_an_alias_bomb_is_over_the_budget_before_it_is_built() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]

    # Written out, a3 has 7,381 nodes: its first use fits, and its second does not any more.
    assert places("\n".join(levels)) == [("CRU006", 5, 15)]


def test_a_merge_bomb_is_over_the_budget_before_it_is_built() -> None:
    levels = ["a0: &a0 {" + ", ".join(f"k{i}: {i}" for i in range(9)) + "}"]
    levels += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 30)]

    ((code, line, _),) = places("\n".join(levels))

    assert (code, line) == ("CRU006", 5)


def test_a_recursive_alias_is_an_error_at_the_alias() -> None:
    error = refuse("options: &a [1, *a, 2]\nb: &b {c: *b}\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU017", 1, 17), ("CRU017", 2, 11)]
    assert error.diagnostics[0].loc == ("options", 1)
    assert error.document is not None
    assert error.document.data == {"options": [1, 2], "b": {}}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# to do\n", "  # a\n# b\n", "---\n", "--- # a\n...\n", "\ufeff", "\ufeff# a"]
)
def test_a_file_without_content_is_an_error(text: str) -> None:
    error = refuse(text)

    assert [finding.code for finding in error.diagnostics] == ["CRU003"]
    assert error.document is None


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("- a: 1\n- b: 2\n", 1, "a list"),
        ("  [a]", 3, "a list"),
        ("just text", 1, "a single value"),
        ("~", 1, "a single value"),
        ("a:1", 1, "a single value"),
        ("*x", 1, None),
    ],
)
def test_a_list_or_a_single_value_at_the_top_is_an_error(text: str, column: int, what: str | None) -> None:
    error = refuse(text)

    if what is None:
        assert [place(finding) for finding in error.diagnostics] == [("CRU011", 1, column)]
    else:
        assert [place(finding) for finding in error.diagnostics] == [("CRU004", 1, column)]
        assert what in error.diagnostics[0].message
    assert error.document is None


def test_errors_inside_a_list_at_the_top_are_reported_with_it() -> None:
    assert places("- a: .nan\n- b: 1\n  b: 2\n") == [("CRU004", 1, 1), ("CRU014", 1, 6), ("CRU012", 3, 3)]


def test_a_second_document_is_an_error_where_it_starts() -> None:
    error = refuse("---\nid: a\n---\nid: b\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU005", 3, 1)]
    assert error.document is not None
    assert error.document.data == {"id": "a"}


def test_one_document_may_have_its_markers() -> None:
    assert read("%YAML 1.2\n---\nid: a\n...\n").data == {"id": "a"}


def test_a_byte_order_mark_and_crlf_are_accepted_and_do_not_move_columns() -> None:
    document = read("\ufeffid: a\r\nrun:\r\n  seed: 1\r\n")

    assert document.data == {"id": "a", "run": {"seed": 1}}
    assert str(document.span(("id",), "key")) == "<text>:1:1"
    assert str(document.span(("run", "seed"))) == "<text>:3:9"


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system [x]",
        "!!python/int 3",
        "!x 3",
        "! 3",
        "! [a]",
        "!!set {a, b}",
        "!!timestamp 2024-01-01",
        "!!binary aGk=",
        "!!omap [a: 1]",
        "!<tag:example.org,2000:x> {a: 1}",
    ],
)
def test_a_tag_that_is_not_of_the_core_schema_is_an_error(tagged: str) -> None:
    error = refuse(f"a: 1\nseed: {tagged}\n")

    assert [place(finding) for finding in error.diagnostics] == [("CRU013", 2, 7)]
    assert error.diagnostics[0].loc == ("seed",)
    assert error.document is not None
    assert error.document.data == {"a": 1}


def test_all_of_several_errors_are_reported_at_once_in_order() -> None:
    text = "a: 1\nb: {c: 1, c: 2}\na: .nan\nd: !x 3\ne: [1, !!set {f}, no]\n2: g\nh: *i\n"

    error = refuse(text)

    assert [place(finding) for finding in error.diagnostics] == [
        ("CRU012", 2, 11),
        ("CRU012", 3, 1),
        ("CRU014", 3, 4),
        ("CRU013", 4, 4),
        ("CRU013", 5, 8),
        ("CRU016", 6, 1),
        ("CRU011", 7, 4),
    ]
    assert error.document is not None
    assert error.document.data == {"a": 1, "b": {"c": 1}, "e": [1, "no"]}
    assert [place(warning) for warning in error.document.warnings] == [("CRU018", 5, 19)]
