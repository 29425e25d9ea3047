"""`other-tools.md`: what other trainers call our settings, and where they document it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES
from crucible_train.schema.reference.markdown import code, page, table
from crucible_train.schema.reference.rules import rule_link

if TYPE_CHECKING:
    from crucible_train.diagnostics.other_tools import ForeignName

_INTRODUCTION = (
    "A key that another trainer uses is answered with ours ({rule}), in a spec and in its `options`. A name "
    "with a dot is one in a section, such as torchtitan's `training`. TRL's configs and LLaMA-Factory's "
    "arguments extend Hugging Face's `TrainingArguments`, so that its names are theirs too. Where a name "
    "means the very same, the note is `same`, and the value can stay as it is."
)


def other_tools_page() -> str:
    """The whole page."""
    translated: list[tuple[str, str, str, str]] = []
    without: list[tuple[str, str, str]] = []
    for name, foreign in sorted(FOREIGN_NAMES.items()):
        names, where = _names(name, foreign), "; ".join(map(str, foreign.sources))
        if foreign.ours is None:
            without.append((names, foreign.note, where))
        else:
            note = code("same") if foreign.is_rename else foreign.note
            translated.append((names, code(foreign.ours), note, where))
    return page(
        "Names in other tools",
        _INTRODUCTION.format(rule=rule_link("CRU104")),
        table(("name", "here", "note", "documented in"), translated),
        "## Without an equivalent",
        table(("name", "why", "documented in"), without),
    )


def _names(name: str, foreign: ForeignName) -> str:
    return ", ".join(map(code, (name, *foreign.paths)))
