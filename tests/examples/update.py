"""What `crucible validate` says about every file in `invalid/`: `python tests/examples/update.py` writes it
down again, for a person to read before it is committed.

`NAME.expected.json` holds the findings about `NAME`, as `--format json` reports them in that directory.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from crucible_train.cli.main import run_command

INVALID = Path(__file__).parent / "invalid"
VALID = Path(__file__).parent / "valid"
EXPECTED = ".expected.json"


def specs(directory: Path) -> list[Path]:
    """The example files of a directory."""
    return sorted(path for path in directory.iterdir() if not path.name.endswith(EXPECTED))


def expectation(spec: Path) -> Path:
    """Where the findings about `spec` are written down."""
    return spec.with_name(spec.name + EXPECTED)


def report(*arguments: str, directory: Path) -> dict[str, Any]:
    """The JSON report of `crucible validate` run in `directory`."""
    printed = io.StringIO()
    with contextlib.chdir(directory), contextlib.redirect_stdout(printed):
        run_command(["validate", "--format", "json", *arguments])
    return json.loads(printed.getvalue())


def findings(spec: Path) -> list[dict[str, Any]]:
    """What is found in one file."""
    return report(spec.name, directory=spec.parent)["findings"]


def main() -> None:
    """Write every expectation anew, and remove those of files that are gone."""
    wanted = {expectation(spec) for spec in specs(INVALID)}
    for stale in set(INVALID.glob(f"*{EXPECTED}")) - wanted:
        stale.unlink()
        print(f"removed {stale.name}")
    for spec in specs(INVALID):
        path = expectation(spec)
        text = json.dumps(findings(spec), indent=2, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
