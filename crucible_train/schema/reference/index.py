"""`index.md`: what is where."""

from __future__ import annotations

from crucible_train.schema.reference.markdown import listed, page

CONTENTS = {
    "config.md": "Settings: every key of training specs, backends, data-set references and projects",
    "stages.md": "Stages: what each does, its options, what it reads and leaves behind, its errors",
    "mapping.md": "What becomes of every key of a training config, and of every field of an experiment",
    "ir.md": "Types of the IR: every field of every type",
    "ir-differences.md": "Where the IR differs from the Elixir original's",
    "rules.md": "Rules: every code, with an example and its fix",
    "other-tools.md": "Names in other tools: what axolotl, TRL, torchtune and others call our settings",
    "cli.md": "The command line: every command and option",
    "python.md": "Python: every public name",
}
"""Page to what it has."""


def index_page() -> str:
    """The whole page."""
    entries = [(text.partition(":"), name) for name, text in CONTENTS.items()]
    points = [f"[{head}]({name}){colon}{rest}" for (head, colon, rest), name in entries]
    return page("Reference", "Generated from the code, and checked against it.", listed(points))
