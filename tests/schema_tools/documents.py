"""The documents that tools and models are asked about: every example file, and every golden row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from crucible_ir import WIRE_TYPES
from crucible_train.cli.load import is_experiment
from crucible_train.result import Ok
from crucible_train.schema.export import EXPERIMENT, SPEC
from crucible_train.source import load_path
from tests.examples.update import EXPECTED
from tests.schema_tools.tools import ROOT
from tests.support.golden import golden_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLES = (ROOT / "examples", ROOT / "tests" / "examples" / "valid", ROOT / "tests" / "examples" / "invalid")
FORMATS = {".yaml", ".json", ".toml"}
GOLDEN = (
    *("roundtrip.jsonl", "validate.jsonl", "from_json_raw.jsonl"),
    *("roundtrip_quirks.jsonl", "validate_quirks.jsonl"),
)


class Case(NamedTuple):
    """A document, and the schema to judge it by."""

    schema: str
    name: str
    document: Any


class Example(NamedTuple):
    """A file that can be read, and what it says."""

    schema: str
    path: Path
    document: dict[str, Any]


def examples() -> list[Example]:
    """Every example file that Crucible can read: what cannot be read is no matter of schemas."""
    found: list[Example] = []
    for path in sorted(path for directory in EXAMPLES for path in directory.iterdir()):
        if path.suffix not in FORMATS or path.name.endswith(EXPECTED):
            continue
        match load_path(path):
            case Ok(document):
                schema = EXPERIMENT if is_experiment(document.data) else SPEC
                found.append(Example(schema, path, document.data))
            case _:
                pass
    return found


def golden_cases() -> Iterator[Case]:
    """The golden rows of each IR type, with the name of the file and the row's number."""
    for name in GOLDEN:
        for number, row in enumerate(golden_rows("fixtures", name), 1):
            schema = WIRE_TYPES[row["type"]].__name__
            if "input" in row:
                yield Case(schema, f"{name}:{number}", row["input"])
            elif (document := _parsed(row["json"])) is not None:
                yield Case(schema, f"{name}:{number}", document)


def _parsed(text: str) -> Any:
    """The document of a text; `None` where it is not JSON, which no schema gets to see."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if is_json(document) else None


def is_json(document: Any) -> bool:
    """Whether a document can be sent as JSON: nothing in it is NaN, infinite or half a character."""
    try:
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return True


def cases() -> list[Case]:
    """All of them."""
    return [
        *(
            Case(one.schema, one.path.relative_to(ROOT).as_posix(), one.document)
            for one in examples()
            if is_json(one.document)
        ),
        *golden_cases(),
    ]
