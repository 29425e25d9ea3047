"""The index has a line for every page."""

from __future__ import annotations

from crucible_train.schema.reference.index import CONTENTS, index_page
from crucible_train.schema.reference_docs import PAGES


def test_every_page_is_listed() -> None:
    listed_by_rules = {name for name in PAGES if name.startswith("rules/")}
    assert {*CONTENTS, "index.md", *listed_by_rules} == {*PAGES, "ir-differences.md"}
    assert all(f"]({name})" in index_page() for name in CONTENTS)


def test_the_link_is_on_the_first_words() -> None:
    assert "- [Rules](rules.md): every code, with an example and its fix\n" in index_page()
