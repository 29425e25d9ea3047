"""Each Pydantic error is a finding: a stable code, plain words, the place in the data, a hint."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from crucible_ir import ModelRef
from crucible_train.diagnostics.diagnostic import Diagnostic, Loc
from crucible_train.diagnostics.from_pydantic import (
    MAX_EXPLAINED,
    describe,
    findings_below,
    findings_of,
    unknown_key,
)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    name: str
    size: int | None = None


class Cat(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["dog"]
    tricks: list[str] = []


def _shape(value: object) -> str | None:
    return "word" if isinstance(value, str) else "Inner" if isinstance(value, dict) else None


Shaped = Annotated[
    Annotated[Literal["none", "all"], Tag("word")] | Annotated[Inner, Tag("Inner")],
    Discriminator(
        _shape, custom_error_type="one_of_types", custom_error_message="Input should be a word or a mapping"
    ),
]


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    count: Annotated[int, Field(ge=1, le=10)] = 1
    rate: Annotated[float, Field(gt=0, lt=1)] = 0.5
    text: Annotated[str, Field(min_length=1)] = "x"
    flag: bool = False
    words: list[str] = []
    pair: tuple[int, ...] = ()
    table: dict[str, int] = {}
    kind: Literal["plain", "a, b or c", 3, False, None] = "plain"
    inner: Inner | None = None
    many: list[Inner] = []
    either: int | str = 1
    wire: Annotated[int, Field(alias="wire-name")] = 1
    lucky: int = 7
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    shaped: Shaped = "none"

    @model_validator(mode="after")
    def _not_thirteen(self) -> Outer:
        if self.lucky == 13:
            raise PydanticCustomError("crucible.CRU105", "no {number}", {"number": 13, "hint": "take 7"})
        if self.lucky == 4:
            raise ValueError("Four is no good")
        return self


def found(data: Any, model: type[BaseModel] = Outer) -> list[Diagnostic]:
    with pytest.raises(ValidationError) as raised:
        model.model_validate(data)
    return findings_of(raised.value, model, data)


def one(data: Any) -> tuple[str, Loc, str, str | None]:
    (finding,) = found(data)
    return finding.code, finding.loc, finding.message, finding.hint


@pytest.mark.parametrize(
    ("data", "code", "message", "hint"),
    [
        # Types.
        ({"count": "x"}, "CRU201", "`count` must be a whole number, not the text 'x'", None),
        ({"count": 2.0}, "CRU201", "`count` must be a whole number, not the number 2.0", "write 2"),
        ({"count": 2.5}, "CRU201", "`count` must be a whole number, not the number 2.5", None),
        ({"count": True}, "CRU201", "`count` must be a whole number, not true", None),
        ({"count": None}, "CRU201", "`count` must be a whole number, not null", None),
        ({"rate": [1]}, "CRU201", "`rate` must be a number, not a list", None),
        ({"rate": {}}, "CRU201", "`rate` must be a number, not a mapping", None),
        ({"text": 3}, "CRU201", "`text` must be text, not the number 3", 'put it in quotes: "3"'),
        ({"text": False}, "CRU201", "`text` must be text, not false", 'put it in quotes: "false"'),
        ({"text": b"x"}, "CRU201", "`text` must be text, not a bytes", None),
        ({"flag": "yes"}, "CRU201", "`flag` must be true or false, not the text 'yes'", "write true"),
        ({"flag": "Off"}, "CRU201", "`flag` must be true or false, not the text 'Off'", "write false"),
        (
            {"flag": "true"},
            "CRU201",
            "`flag` must be true or false, not the text 'true'",
            "write true without quotes",
        ),
        ({"flag": 1}, "CRU201", "`flag` must be true or false, not the number 1", None),
        ({"words": "x"}, "CRU201", "`words` must be a list, not the text 'x'", None),
        ({"pair": 3}, "CRU201", "`pair` must be a list, not the number 3", None),
        ({"table": [1]}, "CRU201", "`table` must be a mapping, not a list", None),
        ({"inner": 3}, "CRU201", "`inner` must be a mapping, not the number 3", None),
        # Numbers in quotes.
        (
            {"count": "8"},
            "CRU205",
            "`count` must be a whole number, not the text '8'",
            "write it without quotes: 8",
        ),
        ({"count": "2.5"}, "CRU205", "`count` must be a whole number, not the text '2.5'", None),
        (
            {"rate": " 2e-5 "},
            "CRU205",
            "`rate` must be a number, not the text ' 2e-5 '",
            "write it without quotes: 2e-5",
        ),
        ({"rate": "nan"}, "CRU201", "`rate` must be a number, not the text 'nan'", None),
        ({"rate": "1_000"}, "CRU201", "`rate` must be a number, not the text '1_000'", None),
        # Ranges.
        ({"count": 0}, "CRU202", "`count` must be at least 1, not 0", None),
        ({"count": 11}, "CRU202", "`count` must be at most 10, not 11", None),
        ({"rate": 0.0}, "CRU202", "`rate` must be greater than 0, not 0.0", None),
        ({"rate": 1.5}, "CRU202", "`rate` must be less than 1, not 1.5", None),
        ({"text": ""}, "CRU204", "`text` must not be empty", None),
        ({"rate": float("nan")}, "CRU014", "`rate` must be a finite number", None),
        # Words.
        (
            {"kind": "plane"},
            "CRU203",
            "`kind` must be `plain`, `a, b or c`, `3`, `false` or `null`, not the text 'plane'",
            "did you mean `plain`?",
        ),
        (
            {"kind": 4},
            "CRU203",
            "`kind` must be `plain`, `a, b or c`, `3`, `false` or `null`, not the number 4",
            None,
        ),
        # Unions.
        (
            {"pets": [{"kind": "cta"}]},
            "CRU203",
            "`pets[0].kind` must be `cat` or `dog`, not the text 'cta'",
            "did you mean `cat`?",
        ),
        ({"pets": [{"kind": 3}]}, "CRU203", "`pets[0].kind` must be `cat` or `dog`, not the number 3", None),
        ({"pets": [{}]}, "CRU102", "`pets[0].kind` is required", "add `kind:`"),
        ({"pets": ["cat"]}, "CRU201", "`pets[0]` must be a mapping, not the text 'cat'", None),
        (
            {"pets": [{"kind": "dog", "triks": []}]},
            "CRU101",
            "unknown key `pets[0].triks`",
            "did you mean `tricks`?",
        ),
        ({"shaped": 3}, "CRU201", "`shaped` must be a word or a mapping, not the number 3", None),
        (
            {"shaped": "non"},
            "CRU203",
            "`shaped` must be `none` or `all`, not the text 'non'",
            "did you mean `none`?",
        ),
        ({"shaped": {"name": "x", "siez": 1}}, "CRU101", "unknown key `shaped.siez`", "did you mean `size`?"),
        # Keys.
        ({"inner": {}}, "CRU102", "`inner.name` is required", "add `name:`"),
        ({"cuont": 1}, "CRU101", "unknown key `cuont`", "did you mean `count`?"),
        ({"wire-nam": 1}, "CRU101", "unknown key `wire-nam`", "did you mean `wire-name`?"),
        ({"table": {1: 2}}, "CRU016", "`table` has the key 1, which is not text", None),
        ({1: 2}, "CRU016", "the document has the key 1, which is not text", None),
        # The model's own rules.
        ({"lucky": 13}, "CRU105", "no 13", "take 7"),
        ({"lucky": 4}, "CRU206", "the document: value error, Four is no good", None),
        ("abc", "CRU201", "the document must be a mapping, not the text 'abc'", None),
    ],
)
def test_an_error_in_words(data: Any, code: str, message: str, hint: str | None) -> None:
    got_code, _, got_message, got_hint = one(data)
    assert (got_code, got_message, got_hint) == (code, message, hint)


@pytest.mark.parametrize(
    ("data", "fix"),
    [
        ({"count": "8"}, "8"),
        ({"count": "-8"}, "-8"),
        ({"rate": "2e-5"}, "2e-5"),
        ({"rate": "0.5"}, "0.5"),
        ({"flag": "true"}, "true"),
        ({"cuont": 1}, "count"),
        # What is no number, or another one, in some format; what is only likely to be meant.
        ({"count": "8.0"}, None),
        ({"count": "010"}, None),
        ({"count": "+8"}, None),
        ({"rate": ".5"}, None),
        ({"rate": " 2e-5 "}, None),
        ({"rate": "1_000"}, None),
        ({"rate": "1e999"}, None),
        ({"flag": "yes"}, None),
        ({"flag": "True"}, None),
        ({"txet_of": 1}, None),
    ],
)
def test_what_is_certain_to_be_meant_is_a_fix(data: Any, fix: str | None) -> None:
    (finding,) = found(data)
    assert finding.fix == fix


@pytest.mark.parametrize(
    ("data", "loc"),
    [
        ({"count": "x"}, ("count",)),
        ({"inner": {"name": 3}}, ("inner", "name")),
        ({"inner": {}}, ("inner", "name")),
        ({"inner": {"name": "x", "sise": 3}}, ("inner", "sise")),
        ({"many": [{"name": "x"}, {"name": 3}]}, ("many", 1, "name")),
        ({"many": [{"name": "x", "sise": 3}]}, ("many", 0, "sise")),
        ({"many": [3]}, ("many", 0)),
        ({"words": ["x", 3]}, ("words", 1)),
        ({"table": {"a": "x"}}, ("table", "a")),
        ({"table": {1: 2}}, ("table",)),
        ({"wire-name": "x"}, ("wire-name",)),
        ({"either": []}, ("either",)),
        ({"lucky": 4}, ()),
    ],
)
def test_a_finding_is_at_its_place_in_the_data(data: Any, loc: Loc) -> None:
    assert one(data)[1] == loc


def test_the_branches_of_a_union_are_one_finding() -> None:
    assert len(found({"either": []})) == 1


def test_all_errors_are_findings() -> None:
    data = {"count": "x", "rate": 2.0, "inner": {"size": "x", "sise": 1}, "zz": 1, "table": {1: 1, 2: 2}}
    assert sorted((finding.code, finding.loc) for finding in found(data)) == [
        ("CRU016", ("table",)),
        ("CRU016", ("table",)),
        ("CRU101", ("inner", "sise")),
        ("CRU101", ("zz",)),
        ("CRU102", ("inner", "name")),
        ("CRU201", ("count",)),
        ("CRU201", ("inner", "size")),
        ("CRU202", ("rate",)),
    ]


def test_an_unknown_key_is_compared_with_those_beside_it() -> None:
    (finding,) = found({"inner": {"name": "x", "siez": 1}})
    assert finding.hint == "did you mean `size`?"
    (finding,) = found({"inner": {"name": "x", "zzz": 1}})
    assert finding.hint == "known here: name, size"


def test_the_caller_may_explain_unknown_keys() -> None:
    seen: list[tuple[Loc, frozenset[str]]] = []

    def explain(loc: Loc, allowed: frozenset[str]) -> Diagnostic:
        seen.append((loc, allowed))
        return Diagnostic("CRU107", "elsewhere", loc)

    data = {"inner": {"name": "x", "zz": 1}}
    with pytest.raises(ValidationError) as raised:
        Outer.model_validate(data)
    assert findings_of(raised.value, Outer, data, explain) == [
        Diagnostic("CRU107", "elsewhere", ("inner", "zz"))
    ]
    assert seen == [(("inner", "zz"), frozenset({"name", "size"}))]


def test_where_no_model_says_what_is_allowed_nothing_is_suggested() -> None:
    assert unknown_key(("table", "x"), frozenset()).hint == "known here: "


def test_what_is_no_json_data() -> None:
    data = {"id": "m", "options": {"a": float("inf"), "b": [object()], "c": {1: 2}, "d": "\ud800"}}
    assert [(finding.code, finding.loc) for finding in found(data, ModelRef)] == [
        ("CRU014", ("options", "a")),
        ("CRU206", ("options", "b", 0)),
        ("CRU016", ("options", "c")),
        ("CRU206", ("options", "d")),
    ]


def test_a_mapping_without_a_model_has_places_below_its_name() -> None:
    from pydantic import TypeAdapter

    with pytest.raises(ValidationError) as raised:
        TypeAdapter(dict[str, int]).validate_python({"a": "x", 1: 2}, strict=True)
    assert [(finding.code, finding.loc) for finding in findings_below(raised.value, "told")] == [
        ("CRU201", ("told", "a")),
        ("CRU016", ("told",)),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (3, "the number 3"),
        (1.5, "the number 1.5"),
        (10**100, "the number of more than 99 digits"),
        ("x", "the text 'x'"),
        ("x" * 100, f"the text '{'x' * 37}...'"),
        ([1], "a list"),
        ((1,), "a list"),
        ({}, "a mapping"),
        (1j, "a complex"),
    ],
)
def test_values_in_words(value: Any, words: str) -> None:
    assert describe(value) == words


def test_a_number_that_python_refuses_to_write_out() -> None:
    assert describe(10**5000) == "the number of more than 4983 digits"


def test_the_meaning_of_very_many_unknown_keys_is_not_looked_for() -> None:
    findings = found({f"numbr{n}": 1 for n in range(MAX_EXPLAINED + 2)})

    unknown = [finding for finding in findings if finding.code == "CRU101"]
    assert len(unknown) == MAX_EXPLAINED + 2
    assert [finding.hint for finding in unknown[-2:]] == [
        "what may be meant is said of the first 100 unknown keys"
    ] * 2
    assert "first 100" not in str(unknown[-3].hint)
