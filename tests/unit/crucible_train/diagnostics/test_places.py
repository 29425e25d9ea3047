"""Where in the data an error is, and which model says what may stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crucible_train.diagnostics.places import keys_at, model_at, model_in, models_in, place

if TYPE_CHECKING:
    from crucible_train.diagnostics.diagnostic import Loc


class Inner(BaseModel):
    name: str = ""


class Text(BaseModel):
    """Its tag is also the name of its field."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["text"]
    text: str


class Picture(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["picture"]
    url: str
    wide: Annotated[int, Field(alias="wide-px")] = 0


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    parts: list[Annotated[Text | Picture, Field(discriminator="type")]] = []
    inner: Inner | None = None
    table: dict[str, Inner] = {}


def places(data: Any) -> list[tuple[str, Loc]]:
    with pytest.raises(ValidationError) as raised:
        Page.model_validate(data)
    return [(details["type"], place(details, data)) for details in raised.value.errors()]


@pytest.mark.parametrize(
    ("part", "kind", "loc"),
    [
        ({"type": "text", "text": 5}, "string_type", ("text",)),
        ({"type": "text"}, "missing", ("text",)),
        ({"type": "text", "text": "a", "bogus": 1}, "extra_forbidden", ("bogus",)),
        ({"type": "picture", "url": "a", "picture": 1}, "extra_forbidden", ("picture",)),
        ({"type": "picture", "url": "a", "wide-px": "x"}, "int_type", ("wide-px",)),
        ({"type": "movie"}, "union_tag_invalid", ()),
    ],
)
def test_a_tag_that_looks_like_a_key_is_told_apart_by_the_value(
    part: dict[str, Any], kind: str, loc: Loc
) -> None:
    assert places({"parts": [part]}) == [(kind, ("parts", 0, *loc))]


def test_an_item_that_is_gone_is_still_a_place() -> None:
    details: Any = {"type": "int_type", "loc": ("parts", 3, "x"), "input": 1}
    assert place(details, {"parts": []}) == ("parts", 3)


def test_what_is_nowhere_in_the_data_is_the_whole() -> None:
    assert place({"type": "int_type", "loc": ("a", "b"), "input": 1, "msg": ""}, 3) == ()


@pytest.mark.parametrize(
    ("loc", "model"),
    [
        ((), Page),
        (("parts", 0), Text),
        (("parts", 1), Picture),
        (("parts", 2), Text),
        (("parts", 9), Text),
        (("inner",), Inner),
        (("inner", "name"), None),
        (("nowhere",), None),
        (("table", "a"), None),
    ],
)
def test_the_model_at_a_place(loc: Loc, model: type[BaseModel] | None) -> None:
    data = {"parts": [{"type": "text"}, {"type": "picture"}, {"type": "movie"}], "inner": {}}
    assert model_at(Page, loc, data) is model


def test_the_keys_at_a_place() -> None:
    data = {"parts": [{"type": "picture"}]}
    assert keys_at(Page, ("parts", 0), data) == ["type", "url", "wide-px"]
    assert keys_at(Page, ("table", "a"), data) == []


@pytest.mark.parametrize(
    ("annotation", "model"),
    [
        (Inner, Inner),
        (Inner | None, Inner),
        (tuple[Inner, ...] | None, Inner),
        (list[Inner], Inner),
        (Annotated[Inner | None, Field()], Inner),
        (int, None),
        (dict[str, Inner], None),
        (None, None),
    ],
)
def test_the_model_inside_an_annotation(annotation: Any, model: type[BaseModel] | None) -> None:
    assert model_in(annotation) is model


def test_all_models_inside_an_annotation() -> None:
    assert models_in(tuple[Text | Picture, ...] | Inner | None) == [Text, Picture, Inner]
