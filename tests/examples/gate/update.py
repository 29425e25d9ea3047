"""Ten specs as people write them (`whole/`), broken in the ways people break them (`broken/`), and what the
gate says of each in every format (`expected/`): `python -m tests.examples.gate.update` writes it down again,
for a person to read before it is committed.

`broken/SPEC--WHAT.yaml` is `whole/SPEC.yaml` with one thing wrong.
"""

from __future__ import annotations

from pathlib import Path

from tests.examples.reports import SUFFIXES, report, write

HERE = Path(__file__).parent
WHOLE, BROKEN, EXPECTED = HERE / "whole", HERE / "broken", HERE / "expected"


def files(directory: Path) -> list[Path]:
    """The specs of a directory."""
    return sorted(directory.iterdir())


def reports() -> list[tuple[Path, str, Path]]:
    """Every broken spec in every format: the spec, the suffix, and where its report is written down."""
    return [
        (spec, suffix, EXPECTED / f"{spec.name}{suffix}") for spec in files(BROKEN) for suffix in SUFFIXES
    ]


def main() -> None:
    """Write every report anew, and remove those of specs that are gone."""
    write(EXPECTED, {path.name: report(BROKEN, [spec.name], suffix) for spec, suffix, path in reports()})


if __name__ == "__main__":
    main()
