"""Properties of `crucible_train.source` over generated data, generated text and mutated specs."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, get_args

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crucible_train.result import Err, Ok
from crucible_train.source import Format, load_bytes, load_text, parse_scalar
from tests.support.source_texts import check_well_formed, locs, read, text_at
from tests.support.toml_texts import toml_scalar, toml_text, toml_value

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS: tuple[Format, ...] = get_args(Format)
few = settings(deadline=None, max_examples=60)

# Half surrogate pairs are no text, and a NUL makes a binary file of any text.
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
words = st.sampled_from(
    [
        "no",
        "1e-4",
        "010",
        "1_000",
        "60:30",
        "<<",
        "~",
        "",
        ".nan",
        "a: b",
        "- a",
        "# a",
        "é😀",
        "\x85\u2028\ufeff",
    ]
)
scalars = st.one_of(
    texts,
    words,
    st.booleans(),
    st.integers(),
    st.integers(10**20, 10**60),
    st.floats(allow_nan=False, allow_infinity=False),
)
keys = texts | words


def specs(leaves: st.SearchStrategy[Any], *, max_leaves: int = 12) -> st.SearchStrategy[dict[str, Any]]:
    nested = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=max_leaves,
    )
    return st.dictionaries(keys, nested, min_size=1, max_size=4)


@contextmanager
def pure_python() -> Iterator[None]:
    """PyYAML as built without libyaml."""
    built_with = yaml.__with_libyaml__
    yaml.__with_libyaml__ = False
    try:
        yield
    finally:
        yaml.__with_libyaml__ = built_with


def same(left: Any, right: Any) -> bool:
    """Equal, with equal types and equal signs of zero."""
    return repr(left) == repr(right) and left == right


# --- data that was written comes back -------------------------------------------------------------------


@few
@given(data=specs(scalars | st.none()), ascii_only=st.booleans(), indent=st.sampled_from([None, 0, 2]))
def test_json_comes_back_and_its_spans_cover_what_was_written(
    data: dict[str, Any], ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)

    document = read(text, "json")

    assert same(document.data, data)
    assert document.warnings == ()
    for loc, value in locs(data):
        if loc:
            assert same(json.loads(text_at(document, text, loc)), value)
            if isinstance(loc[-1], str):
                assert json.loads(text_at(document, text, loc, "key")) == loc[-1]


class QuotingDumper(yaml.SafeDumper):
    """Quotes all text: PyYAML itself leaves text plain that YAML 1.2 reads as a number."""


QuotingDumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


@few
@given(
    data=specs(scalars | st.none()),
    flow=st.sampled_from([True, False, None]),
    unicode=st.booleans(),
    width=st.sampled_from([20, 1000]),
    style=st.sampled_from([None, '"']),
)
def test_yaml_comes_back_and_its_spans_cover_what_was_written(
    data: dict[str, Any], flow: bool | None, unicode: bool, width: int, style: str | None
) -> None:
    text = yaml.dump(
        data,
        Dumper=QuotingDumper,
        default_flow_style=flow,
        allow_unicode=unicode,
        width=width,
        default_style=style,
        sort_keys=False,
    )

    document = read(text)
    with pure_python():
        assert same(read(text).data, document.data)

    assert same(document.data, data)
    assert document.warnings == ()
    for loc, value in locs(data):
        if loc and not isinstance(value, dict | list):
            assert same(parse_scalar(text_at(document, text, loc)).unwrap(), value)
            if isinstance(loc[-1], str):
                assert parse_scalar(text_at(document, text, loc, "key")).unwrap() == loc[-1]


@few
@given(data=specs(scalars | st.none()))
def test_json_is_read_alike_as_yaml(data: dict[str, Any]) -> None:
    text = json.dumps(data)  # escapes all that YAML and JSON treat differently, but pairs of surrogates

    if "\\ud8" in text or "\\ud9" in text or "\\uda" in text or "\\udb" in text:
        assert isinstance(load_text(text, format="yaml"), Err)
    else:
        assert same(read(text, "yaml").data, read(text, "json").data)


@few
@given(data=specs(scalars), with_headers=st.booleans())
def test_toml_comes_back_and_its_spans_cover_what_was_written(
    data: dict[str, Any], with_headers: bool
) -> None:
    lines = (f"{toml_scalar(key)} = {toml_value(value)}\n" for key, value in data.items())
    text = toml_text(data) if with_headers else "".join(lines)

    document = read(text, "toml")

    assert document.data == data
    assert document.warnings == ()
    for loc, value in locs(data):
        if loc and not isinstance(value, dict | list):
            written = text_at(document, text, loc)
            assert same(read(f"v = {written}", "toml").data["v"], value)
            if isinstance(loc[-1], str):
                assert text_at(document, text, loc, "key") == toml_scalar(loc[-1])


# --- positions, against PyYAML's own ----------------------------------------------------------------------


def composed_places(
    node: yaml.Node, loc: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    """The path, key mark and value mark of every node that PyYAML composes."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*loc, key.value), key.start_mark, value.start_mark
            yield from composed_places(value, (*loc, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*loc, index), value.start_mark, value.start_mark
            yield from composed_places(value, (*loc, index))


@few
@given(data=specs(scalars | st.none()), flow=st.sampled_from([False, None]), indent=st.sampled_from([2, 4]))
def test_positions_agree_with_those_of_composed_nodes(
    data: dict[str, Any], flow: bool | None, indent: int
) -> None:
    text = yaml.dump(data, Dumper=QuotingDumper, default_flow_style=flow, allow_unicode=True, indent=indent)
    document = read(text)

    composed = list(composed_places(yaml.compose(text, Loader=yaml.SafeLoader)))

    assert len(composed) == sum(1 for loc, _ in locs(data) if loc)
    for loc, key_mark, value_mark in composed:
        key, value = document.span(loc, "key"), document.span(loc)
        assert key is not None
        assert value is not None
        assert (key.line, key.column) == (key_mark.line + 1, key_mark.column + 1)
        assert (value.line, value.column) == (value_mark.line + 1, value_mark.column + 1)


# --- text that nobody wrote on purpose --------------------------------------------------------------------

SPEC: dict[Format, str] = {
    "yaml": (
        "# A run\nid: &id sft\nbase: &base {lr: 1.0e-4, betas: [0.9, 0.95]}\nrun:\n  <<: *base\n  name: *id\n"
        "  seed: 010\n  'text': |\n    one\n    two\n  none:\n? key\n: !!str 5\nquoted: \"a\\u00e9\\n\"\n"
    ),
    "json": (
        '{\n  "id": "sft \\u00e9\\ud83d\\ude00",\n'
        '  "run": {"lr": 1e-4, "on": [true, null, -0.5], "x": {}}\n}\n'
    ),
    "toml": (
        "# A run\nid = 'sft'\nrun.lr = 1e-4\n[data]\nparts = [\n 1, # one\n {a = 2, b = \"x\\n\"},\n]\n"
        "when = 2024-01-01 10:00:00\n[[steps]]\nn = 0x1F\n[[steps]]\ntext = '''a\nb'''\n"
    ),
}  # fmt: skip
pieces = st.sampled_from(
    [
        *"\n\t :-,?!&*|>%@#=[]{}'\"\\<~.0e_\r\x01\x85\u2028\ufeff\0",
        *("\n  ", "\n- ", ": ", "---\n", "...\n", "<<: ", "*id", "*base", "&id ", "!!str ", "!x ", "id"),
        *("\\ud800", "NaN", "Infinity", "1e400", "inf", ".nan", "//", "[[", "]]", "'''", '"""', "!!set "),
        *("9" * 5000, "[" * 200),
    ]
)


@pytest.mark.parametrize("file_format", FORMATS)
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_mutated_spec_never_raises_and_every_finding_has_a_place(
    file_format: Format, data: st.DataObject
) -> None:
    text = SPEC[file_format]
    for _ in range(data.draw(st.integers(1, 4), label="mutations")):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 8)))
        text = text[:start] + data.draw(pieces | st.just("")) + text[end:]

    check_well_formed(load_text(text, format=file_format), "<text>")
    if file_format == "yaml":
        check_parsers_agree(text)


@pytest.mark.parametrize("file_format", FORMATS)
@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=40) | st.lists(pieces, max_size=12).map("".join))
@example("")
@example("\ufeff")
def test_any_text_never_raises_and_every_finding_has_a_place(file_format: Format, text: str) -> None:
    check_well_formed(load_text(text, format=file_format), "<text>")
    if file_format == "yaml":
        check_parsers_agree(text)


@pytest.mark.parametrize("file_format", FORMATS)
@few
@given(data=st.binary(max_size=40))
def test_any_bytes_never_raise(file_format: Format, data: bytes) -> None:
    check_well_formed(load_bytes(data, format=file_format, name="spec"), "spec")


def check_parsers_agree(text: str) -> None:
    """What libyaml and PyYAML both accept, they read alike, to the last position and warning."""
    with_libyaml = load_text(text, format="yaml")
    with pure_python():
        without = load_text(text, format="yaml")
    check_well_formed(without, "<text>")
    if isinstance(with_libyaml, Ok) and isinstance(without, Ok):
        left, right = with_libyaml.value, without.value
        assert same(left, right)
        for loc, value in locs(left.data):
            if value is None:
                continue  # a value left out has no place of its own, and comments may be around it
            assert left.span(loc) == right.span(loc)
            assert left.span(loc, "key") == right.span(loc, "key")


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=20) | st.lists(pieces, max_size=8).map("".join))
def test_any_single_value_is_read_or_has_findings_with_places(text: str) -> None:
    match parse_scalar(text):
        case Ok(value):
            json.dumps(value, allow_nan=False)
        case Err() as failed:
            check_well_formed(failed, "<value>")
