"""The files here, reported by `crucible validate` in every format: `python -m tests.examples.formats.update`
writes it down again, for a person to read before it is committed.

`expected/CASE.SUFFIX` is the report of one command line, run in this directory, in one format.
"""

from __future__ import annotations

from pathlib import Path

from tests.examples.reports import SUFFIXES, report, write

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"

CASES: dict[str, list[str]] = {
    "many": ["many.yaml"],
    "experiment": ["experiment.yaml", "pipeline.yaml"],
    "several": ["warned.yaml", "syntax.json", "missing.yaml", "valid.toml"],
    "strict": ["warned.yaml", "--strict"],
    "unplaced": ["valid.toml", "--set", "epochs=0", "--set", "validation_split=0.1"],
    "valid": ["valid.toml"],
}
"""The arguments of each report: what is wrong in one, many or no files, and on the command line."""


def reports() -> list[tuple[str, str, Path]]:
    """Every case in every format: the case, the suffix, and where its report is written down."""
    return [(case, suffix, EXPECTED / f"{case}{suffix}") for case in CASES for suffix in SUFFIXES]


def main() -> None:
    """Write every report anew, and remove those of cases that are gone."""
    write(EXPECTED, {path.name: report(HERE, CASES[case], suffix) for case, suffix, path in reports()})


if __name__ == "__main__":
    main()
