"""The reference pages, which are read off the code: `docs/reference`.

    python -m crucible_train.schema.reference_docs docs/reference
    python -m crucible_train.schema.reference_docs --check docs/reference

The first form writes every page, and removes those that it wrote once and would not write any more. The
second writes nothing and exits with 1 where the first would change something.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_train.diagnostics.catalogue import RULES
from crucible_train.schema.reference.cli import cli_page
from crucible_train.schema.reference.config import config_page
from crucible_train.schema.reference.index import index_page
from crucible_train.schema.reference.ir import ir_page
from crucible_train.schema.reference.mapping import mapping_page
from crucible_train.schema.reference.markdown import NOTE
from crucible_train.schema.reference.other_tools import other_tools_page
from crucible_train.schema.reference.python import python_page
from crucible_train.schema.reference.rules import rule_page, rules_page
from crucible_train.schema.reference.stages import stages_page

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES: dict[str, Callable[[], str]] = {
    "index.md": index_page,
    "config.md": config_page,
    "stages.md": stages_page,
    "mapping.md": mapping_page,
    "ir.md": ir_page,
    "rules.md": rules_page,
    **{f"rules/{code}.md": partial(rule_page, code) for code in RULES},
    "other-tools.md": other_tools_page,
    "cli.md": cli_page,
    "python.md": python_page,
}
"""File, from the directory of the pages, to what writes it."""


def pages() -> dict[str, str]:
    """File name to text, for every generated page, of what is built in."""
    return {name: write() for name, write in PAGES.items()}


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(prog="python -m crucible_train.schema.reference_docs")
    parser.add_argument("directory", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a page is out of date"
    )
    options = parser.parse_args(arguments)
    directory: Path = options.directory
    texts = pages()
    stale = {directory / name: text for name, text in texts.items() if _read(directory / name) != text}
    left_over = _left_over(directory)
    if options.check:
        for path in stale:
            print(f"{path}: {'out of date' if path.exists() else 'missing'}; run `make docs`")
        for path in left_over:
            print(f"{path}: left over; run `make docs`")
        return int(bool(stale or left_over))
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path}: written")
    for path in left_over:
        path.unlink()
        print(f"{path}: removed")
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _left_over(directory: Path) -> list[Path]:
    """Pages that were generated once, and have no generator now."""
    return [
        path
        for path in sorted(directory.rglob("*.md"))
        if path.relative_to(directory).as_posix() not in PAGES
        and path.read_text(encoding="utf-8").startswith(NOTE)
    ]


if __name__ == "__main__":
    sys.exit(main())
