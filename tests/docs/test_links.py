"""Every relative link in README and the docs leads to a file, and every anchor to a heading of it.

Links are read outside code. A heading's anchor is GitHub's: small letters, no punctuation, hyphens for
spaces, and a number behind the second of two that are equal.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^(```+).*?^\1", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def links(text: str) -> list[str]:
    found = LINK.findall(INLINE_CODE.sub("", text))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


@cache
def anchors(page: Path) -> frozenset[str]:
    seen: Counter[str] = Counter()
    found: set[str] = set()
    for heading in HEADING.findall(prose(page)):
        kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in "-_ ")
        anchor = kept.strip().replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return frozenset(found)


def broken(page: Path, text: str) -> list[str]:
    found: list[str] = []
    for target in links(text):
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken(page, prose(page)) == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("**/*.md")), ids=lambda page: page.name)
def test_every_page_is_linked_from_another(page: Path) -> None:
    targets = {
        (other.parent / target.partition("#")[0]).resolve()
        for other in PAGES
        if other != page
        for target in links(prose(other))
    }
    assert page in targets


def test_what_is_broken_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One `thing`, two\n\n## Same\n\n## Same\n\n```text\n# none\n```\n", encoding="utf-8")
    good = "[a](#one-thing-two) [b](page.md#same) [c](#same-1) [d](page.md) [e](https://example.org/#x)"
    bad = "[f](#none) [g](page.md#same-2) [h](other.md) `[i](other.md)`"
    assert broken(page, good) == []
    assert broken(page, bad) == ["#none", "page.md#same-2", "other.md"]
