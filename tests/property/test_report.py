"""Whatever JSON data a context holds, every format of a report on it is well formed and says the same."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_train import Context
from crucible_train.stages.report.config import ReportConfig
from crucible_train.stages.report.content import build
from crucible_train.stages.report.file_names import report_file
from crucible_train.stages.report.tree import Block, Content, Group, Table
from crucible_train.stages.report.wording import plain, visible
from crucible_train.stages.report.writing import render
from tests.support.reports import CHECKED, TRAINED, Page, experiment

MARKUP = "\\`*_{}[]()#+-.!|~<>&:=$\"'/ \t\r\n0a\x00\x1b\x9b\u202e\u2028\ud800"
texts = st.text(st.characters() | st.sampled_from(MARKUP), max_size=20)
numbers = st.integers() | st.floats()
json_data = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
changes = st.dictionaries(st.sampled_from([*TRAINED, *CHECKED]), json_data | st.floats(), max_size=4)
outputs = (
    json_data
    | st.dictionaries(texts, json_data, max_size=8)
    | changes.map(lambda changed: {**TRAINED, **changed})
    | changes.map(lambda changed: {**CHECKED, **changed})
)
experiments = st.none() | st.builds(
    lambda about, title: experiment(description=about, metadata={"text": about}, id=title or "e"),
    st.text(max_size=20),
    st.text(max_size=20),
)


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    labels = draw(st.lists(texts, unique=True, max_size=3))
    names = st.builds(lambda label, name: f"{label}.{name}", st.sampled_from([*labels, "x"]), texts)
    return Context(
        run_id=draw(texts),
        experiment=draw(experiments),
        outputs={label: draw(outputs) for label in labels},
        metrics=draw(st.dictionaries(names, st.floats(), max_size=6)),
        artifacts=draw(st.dictionaries(names, texts, max_size=3)),
        completed_stages=tuple(labels),
    )


def content_of(context: Context) -> Content:
    return build(context, Path("nowhere"))


def tables(blocks: tuple[Block, ...]) -> list[Table]:
    inner = [table for block in blocks if isinstance(block, Group) for table in tables(block.blocks)]
    return [*(block for block in blocks if isinstance(block, Table)), *inner]


@given(contexts())
def test_the_json_form_is_the_content(context: Context) -> None:
    content = content_of(context)
    text = render(content, "json")
    assert json.loads(text) == json.loads(json.dumps(content.to_json()))
    assert visible(text) == text
    results = {
        one["stage"]: one["output"] for one in json.loads(text)["stages"] if one["state"] == "completed"
    }
    assert results == json.loads(json.dumps(plain(dict(context.outputs))))


@given(contexts())
def test_the_html_form_is_balanced_and_shows_no_tag_of_the_contents(context: Context) -> None:
    content = content_of(context)
    page = render(content, "html")
    page.encode()
    assert visible(page) == page
    found = Page(page)
    assert found.wrong == []
    known_tags = (
        "html head meta title style body main h1 nav ul li a section h2 h3 h4 p dl div dt dd table thead"
    )
    assert set(found.tags) <= {*known_tags.split(), "tr", "th", "tbody", "td"}
    cells = sum(len(row) for one in content.sections for table in tables(one.blocks) for row in table.rows)
    assert found.tags.count("td") == cells


@given(contexts())
def test_the_markdown_form_has_only_its_own_tables_and_headings(context: Context) -> None:
    content = content_of(context)
    text = render(content, "markdown")
    text.encode()
    assert visible(text) == text
    lines = text.splitlines()
    assert lines[0] == "<!-- crucible-report 1 -->"
    assert not [line for line in lines[1:] if "<" in line.replace("<br>", "")]
    shown = [table for one in content.sections for table in tables(one.blocks)]
    bars = [line.count("|") for line in lines if "|" in line]
    assert bars == [len(table.columns) + 1 for table in shown for _ in range(len(table.rows) + 2)]
    headings = [line for line in lines if line.startswith("#")]
    assert len(headings) == 1 + sum(1 + groups(one.blocks) for one in content.sections if one.blocks)


def groups(blocks: tuple[Block, ...]) -> int:
    return sum(1 + groups(block.blocks) for block in blocks if isinstance(block, Group))


@given(st.text())
def test_every_name_is_a_files(name: str) -> None:
    file = report_file(name, "html")
    assert file == os.path.basename(file)  # noqa: PTH119 - as the operating system sees it
    assert visible(file) == file
    assert file.endswith(".html")
    assert not file.startswith((".", "-"))
    assert 5 < len(file.encode()) <= 125


@settings(max_examples=50)
@given(
    st.lists(st.fixed_dictionaries({"name": st.sampled_from(["a", "A", "b"]), "formats": st.just(["html"])}))
)
def test_outputs_without_findings_write_files_of_their_own(given_outputs: list[dict[str, Any]]) -> None:
    config = ReportConfig.model_validate({"outputs": given_outputs})
    files = [report_file(one.name, "html").casefold() for one in config.outputs if given_outputs]
    assert (len(set(files)) == len(files)) == (not config.findings())
