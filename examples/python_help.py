"""Turn Python's own help topics into a training set: `python examples/python_help.py OUT.jsonl`.

Every Python has the topics (`pydoc_data.topics`), so the demonstration needs no download. Each record is a
prompt, `help('topic')`, and one passage of that topic as the completion.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from pydoc_data.topics import topics

LONGEST_PASSAGE = 480
"""Characters, but for a single line that is longer."""


def passages(text: str) -> list[str]:
    """The text in passages of a few hundred characters, cut between lines; nothing is left out."""
    found: list[str] = []
    for line in text.strip().splitlines(keepends=True):
        at_paragraph = bool(found) and found[-1].endswith("\n\n") and len(found[-1]) > LONGEST_PASSAGE // 2
        if not found or at_paragraph or len(found[-1]) + len(line) > LONGEST_PASSAGE:
            found.append("")
        found[-1] += line
    return [passage.strip("\n") for passage in found]


def records() -> list[dict[str, str]]:
    """All records, in a fixed order."""
    return [
        {"prompt": f"help('{name}')", "completion": passage}
        for name in sorted(topics)
        for passage in passages(topics[name])
    ]


def main() -> None:
    """Write the JSONL file named on the command line."""
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = records()
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    print(f"wrote {len(rows)} records to {path}")


if __name__ == "__main__":
    main()
