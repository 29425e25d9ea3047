"""The reference pages that are read off the code: `mapping.md`, `config.md` and `rules.md`.

    python -m crucible_train.schema.reference_docs docs/reference
    python -m crucible_train.schema.reference_docs --check docs/reference

The second form writes nothing and exits with 1 where a page differs from what the first would write.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_ir import TrainingConfig
from crucible_train import registry
from crucible_train.diagnostics.catalogue import FAMILIES
from crucible_train.schema.config_tables import config_markdown
from crucible_train.schema.docstrings import field_docs

if TYPE_CHECKING:
    from crucible_train.diagnostics.catalogue import Rule
    from crucible_train.loops.stage_config import StageConfig

NOTE = "<!-- Generated from the code by `make docs`. Edit the docstrings it comes from. -->"

_RULES = {
    "renamed": "under another name",
    "kept": "under the same name",
    "gathered": "told to the backend",
    "lifted": "key by key",
}


def mapping_table_markdown(model: type[StageConfig]) -> str:
    """The stage's mapping table: every key of a training config, and what becomes of it."""
    lines = ["| spec key | in the stage | how | meaning |", "|---|---|---|---|"]
    for row in model.mapping_table():
        if row.rule == "lifted":
            target, meaning = "its own field, else `training_config[...]`", ""
        else:
            docs, name = (TrainingConfig, row.source) if row.rule == "gathered" else (model, row.target)
            target, meaning = f"`{row.target}`", field_docs(docs)[name].replace("\n", " ")
        lines.append(f"| `{row.source}` | {target} | {_RULES[row.rule]} | {meaning} |")
    return "\n".join(lines)


def rules_markdown() -> str:
    """Every code of the catalogue, as `crucible rule CODE` explains it."""
    parts = [
        NOTE,
        "",
        "# Rules",
        "",
        "Codes are stable. `crucible rule CODE` shows one of them in the terminal.",
    ]
    for title, rules in FAMILIES.items():
        parts += ["", f"## {title}"]
        for rule in rules:
            parts += ["", _rule_markdown(rule)]
    return "\n".join(parts)


def _rule_markdown(rule: Rule) -> str:
    return "\n".join(
        [
            f"### {rule.code} {rule.name}",
            "",
            f"{rule.severity.value.capitalize()}. {rule.what} {rule.why}",
            "",
            *("```text", rule.example, "```"),
            "",
            "Fix:",
            "",
            *("```text", rule.fix, "```"),
        ]
    )


def mapping_markdown(stages: dict[str, type[StageConfig]]) -> str:
    """The mapping tables of all stages."""
    parts = [
        NOTE,
        "",
        "# From spec keys to stage settings",
        "",
        "Each key of a training config has one fate in each stage. A key of the stage's own may be written",
        "beside them, or in `options`.",
    ]
    for name, model in stages.items():
        conventions = ", ".join(f"`{key}`" for key in model.model_fields if key in model.option_keys())
        parts += ["", f"## {name}", "", mapping_table_markdown(model)]
        parts += ["", f"Keys of `options` that become fields: {conventions}."]
    return "\n".join(parts)


def pages() -> dict[str, str]:
    """File name to text, for every generated page of the built-in stages."""
    stages = {name: registry.stage(name).unwrap().config_model for name in registry.BUILT_IN["stages"]}
    texts = {
        "mapping.md": mapping_markdown(stages),
        "config.md": f"{NOTE}\n\n{config_markdown(stages)}",
        "rules.md": rules_markdown(),
    }
    return {name: text.rstrip() + "\n" for name, text in texts.items()}


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(prog="python -m crucible_train.schema.reference_docs")
    parser.add_argument("directory", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a page is out of date"
    )
    options = parser.parse_args(arguments)
    stale: list[Path] = []
    for name, text in pages().items():
        path: Path = options.directory / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'out of date; run `make docs`' if options.check else 'written'}")
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
