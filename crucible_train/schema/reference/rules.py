"""`rules.md`, which lists every code, and `rules/CODE.md`, which explains one and shows its example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.catalogue import FAMILIES, RULES
from crucible_train.schema.reference import markdown
from crucible_train.schema.reference.markdown import code, fenced, page, table
from crucible_train.schema.reference.rule_examples import example_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.schema.reference.rule_examples import Example, Kind

_LANGUAGES = {"yaml": "yaml", "yml": "yaml", "json": "json", "toml": "toml"}
_LONGEST = 100
"""Characters of a line that is shown whole."""


def rules_page() -> str:
    """The list of all codes."""
    blocks = ["Codes are stable. `crucible rule CODE` explains one of them in the terminal."]
    for title, rules in FAMILIES.items():
        rows = [(rule_link(one.code), code(one.name), one.severity.value, one.what) for one in rules]
        blocks += [f"## {title}", table(("code", "name", "severity", "what it finds"), rows)]
    return page("Rules", *blocks)


def rule_link(name: str) -> str:
    """A link from a page of the reference to that of a code."""
    return f"[{name}](rules/{name}.md)"


def rule_page(name: str) -> str:
    """The page of one code."""
    rule, example = RULES[name], example_of(name)
    title = next(title for title, rules in FAMILIES.items() if rule in rules)
    return page(
        f"{rule.code} {rule.name}",
        f"{rule.severity.value.capitalize()}. {rule.what} {rule.why}",
        fenced(rule.example),
        "Fix:",
        fenced(rule.fix),
        "## Example",
        *_files(example, None),
        *_files(example, "bad"),
        _said(example, "bad"),
        "## Fixed",
        *_files(example, "fixed"),
        _said(example, "fixed"),
        f"One of the rules about {markdown.link(title, '../rules.md', title, on='')}.",
    )


def _files(example: Example, kind: Kind | None) -> Iterator[str]:
    for name, text in example.files(kind).items():
        language = _LANGUAGES.get(name.rpartition(".")[2], "text")
        shown = "\n".join(_shortened(line) for line in text.splitlines())
        yield f"`{name}`:"
        yield f"```{language}\n{shown}\n```"


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _said(example: Example, kind: Kind) -> str:
    """The command line and what it prints; of a fixed example that runs, only that it does."""
    command, ran = example.command(kind), example.run(kind)
    printed = ran.output.strip() if kind == "bad" or "validate" in command else ""
    status = f"[exit status {ran.status}]" if ran.status or not printed else ""
    return fenced("\n".join(filter(None, [f"$ {command}", printed, status])))
