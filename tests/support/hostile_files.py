"""Files and command lines that would break a careless reader, and what becomes of each."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from crucible_train.source.budget import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEEP = 50_000
"""Levels."""
MAX_SECONDS, MAX_MIB = 1.0, 300
"""Of the processor, and of memory at the peak: for one command, with the start of Python."""

Writer: TypeAlias = "Callable[[Path], None]"
Content: TypeAlias = "str | bytes | Writer"


class Hostile(NamedTuple):
    """A case: what to write, what to run, and what has to be said."""

    files: dict[str, Content]
    codes: frozenset[str]
    """Those of the findings; none of a valid spec."""
    status: int = 1
    arguments: tuple[str, ...] = ()
    """What to validate; the first file where it is left out."""

    def write(self, directory: Path) -> tuple[str, ...]:
        """Write the files; the arguments of `crucible validate`."""
        for name, content in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str | bytes):
                path.write_bytes(
                    content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
                )
            else:
                content(path)
        return self.arguments or (next(iter(self.files)),)


def one(name: str, content: Content, *codes: str, status: int = 1) -> Hostile:
    """A case of one file."""
    return Hostile({name: content}, frozenset(codes), status)


def filled(start: str, piece: str, end: str = "") -> Writer:
    """`piece` again and again between `start` and `end`, up to the largest file that is read.

    Written bit by bit: what this process holds would count as the memory of those that it starts.
    """

    def write(path: Path) -> None:
        count = (MAX_BYTES - len(start) - len(end)) // len(piece)
        many = 65_536 // len(piece) + 1
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(start)
            for done in range(0, count, many):
                file.write(piece * min(many, count - done))
            file.write(end)

    return write


def numbered(line: str, count: int, start: str = "", end: str = "") -> Writer:
    """A line for every number, between `start` and `end`."""

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(start)
            file.writelines(line.format(number) for number in range(count))
            file.write(end)

    return write


VALID = "id: a\nmodel_ref: {id: byte-lm}\ndataset_ref: {name: train.jsonl}\nlearning_rate: 1e-3\n"
ALIASES = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {x: 1, y: 2}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: {{<<: *a{n - 1}}}}}\n" for n in range(1, 40)
)


def sparse(path: Path) -> None:
    """100 MB that take no room."""
    with path.open("wb") as file:
        file.truncate(100_000_000)


def bound_socket(path: Path) -> None:
    """A socket. Its path may not be long, so it is bound where it is."""
    here = os.getcwd()  # noqa: PTH109 - nothing but a name to go back to
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def block_style(path: Path) -> None:
    """Mappings in mappings, each on a line of its own, and the lines one longer each."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(" " * level + "a:\n" for level in range(5_000))


def deep_directories(path: Path) -> None:
    """A spec below 400 directories."""
    path.mkdir()
    for _ in range(400):
        path /= "d"
        path.mkdir()
    (path / "spec.yaml").write_text(VALID, encoding="utf-8")


def many_entries(path: Path) -> None:
    """A directory of 5,000 files that are no specs."""
    path.mkdir()
    for number in range(5_000):
        (path / f"{'a' * 60}{number}.yaml").write_bytes(b"")


BOMBS = {
    "aliases in aliases": one("bomb.yaml", ALIASES, "CRU006"),
    "merges in merges": one("bomb.yaml", MERGES, "CRU006"),
    "aliases without end": one("bomb.yaml", "a: &a [1]\nb: [" + "*a, " * 100_000 + "1]", "CRU006"),
    "extending bombs": Hostile(
        {"spec.yaml": "extends: [a.yaml, b.yaml]\n", "a.yaml": ALIASES, "b.yaml": MERGES},
        frozenset({"CRU006"}),
    ),
    "extending one another": Hostile(
        {f"{n}.yaml": f"extends: [{(n + 1) % 40}.yaml, {(n + 2) % 40}.yaml]\n" for n in range(40)},
        frozenset({"CRU006"}),
    ),
}

NESTED = {
    "YAML lists": one("deep.yaml", "a: " + "[" * DEEP, "CRU006"),
    "YAML mappings": one("deep.yaml", "a: " + "{a: " * DEEP, "CRU006"),
    "YAML lists in block style": one("deep.yaml", "- " * DEEP + "a", "CRU006"),
    "YAML mappings in block style": one("deep.yaml", block_style, "CRU006", status=2),
    "YAML keys": one("deep.yaml", "? " * DEEP + "a", "CRU006"),
    "YAML quotes": one("deep.yaml", "a: " + "['" * DEEP, "CRU011"),
    "JSON lists": one("deep.json", '{"a": ' + "[" * DEEP + "]" * DEEP + "}", "CRU006"),
    "JSON mappings": one("deep.json", '{"a":' * DEEP + "1" + "}" * DEEP, "CRU006"),
    "TOML lists": one("deep.toml", "a = " + "[" * DEEP + "]" * DEEP, "CRU006"),
    "TOML tables": one("deep.toml", "a = " + "{a = " * DEEP + "1" + "}" * DEEP, "CRU006"),
    "TOML lists at the limit": one("deep.toml", "a = " + "[" * 100 + "]" * 100, "CRU006"),
    "TOML dotted key": one("deep.toml", "a" + ".a" * DEEP + " = 1", "CRU006"),
    "TOML header": one("deep.toml", "[a" + ".a" * DEEP + "]\nb = 1", "CRU006"),
    "an override's value": Hostile(
        {"spec.yaml": VALID}, frozenset(), 2, ("spec.yaml", "--set", "options=" + "[" * DEEP)
    ),
    "an override's key": Hostile(
        {"spec.yaml": VALID}, frozenset(), 2, ("spec.yaml", "--set", "a" + ".a" * 20_000 + "=1")
    ),
    "directories": Hostile({"deep": deep_directories}, frozenset(), 0),
}

LARGE = {
    "100 MB": one("large.yaml", sparse, "CRU006", status=2),
    "comments in YAML": one("large.yaml", filled(VALID, "# crucible\n"), status=0),
    "ignores in YAML": one("large.yaml", filled(VALID, "# crucible: ignore[CRU402] a\n"), "CRU025", status=0),
    "blank lines in YAML": one("large.yaml", filled(VALID, "\n"), status=0),
    "text in YAML": one("large.yaml", filled("a: ", "x"), "CRU101", "CRU102"),
    "a block of text in YAML": one("large.yaml", filled("a: |\n", "  x\n"), "CRU101", "CRU102"),
    "escapes in YAML": one("large.yaml", filled('a: "', "\\n", '"'), "CRU101", "CRU102"),
    "keys in YAML": one("large.yaml", numbered("k{}: 1\n", 80_000), "CRU006"),
    "the same key in YAML": one("large.yaml", filled("", "k: 1\n"), "CRU006", "CRU012"),
    "a list in YAML": one("large.yaml", filled("a:\n", "- 1\n"), "CRU006"),
    "digits in YAML": one("large.yaml", filled("epochs: ", "9"), "CRU015", "CRU102"),
    "digits and underscores in YAML": one("large.yaml", filled("epochs: 1", "_1"), "CRU102", "CRU201"),
    "sexagesimals in YAML": one("large.yaml", filled("epochs: 1", ":59"), "CRU102", "CRU201"),
    "anchors in YAML": one("large.yaml", numbered("k{0}: &a{0} 1\n", 60_000), "CRU006", status=2),
    "documents in YAML": one("large.yaml", filled("", "---\na: 1\n"), "CRU005", "CRU101", "CRU102"),
    "tags in YAML": one("large.yaml", filled("a: [", "!x 1, ", "]"), "CRU006", "CRU013"),
    "spaces in YAML": one("large.yaml", filled("a:", " ", "1"), "CRU101", "CRU102"),
    "tabs in YAML": one("large.yaml", filled("a: 1\n", "\t", "b: 1"), "CRU011"),
    "keys in JSON": one("large.json", numbered('"k{}":1,', 80_000, "{", '"a":1}'), "CRU006"),
    "the same key in JSON": one("large.json", filled("{", '"k":1,', '"k":1}'), "CRU006", "CRU012"),
    "a list in JSON": one("large.json", filled('{"a":[', "1,", "1]}"), "CRU006"),
    "text in JSON": one("large.json", filled('{"a":"', "x", '"}'), "CRU101", "CRU102"),
    "escapes in JSON": one("large.json", filled('{"a":"', "\\u0041", '"}'), "CRU101", "CRU102"),
    "digits in JSON": one("large.json", filled('{"epochs":', "9", "}"), "CRU015", "CRU102"),
    "long numbers in JSON": one("large.json", filled('{"a":[', "9" * 4_300 + ",", "1]}"), "CRU101", "CRU102"),
    "spaces in JSON": one("large.json", filled('{"a":', " ", "1}"), "CRU101", "CRU102"),
    "brackets in JSON": one("large.json", filled("", "["), "CRU006"),
    "keys in TOML": one("large.toml", numbered("k{} = 1\n", 80_000), "CRU006"),
    "the same key in TOML": one("large.toml", filled("", "k = 1\n"), "CRU006", "CRU012"),
    "tables in TOML": one("large.toml", numbered("[k{}]\n", 80_000), "CRU006"),
    "lists of tables in TOML": one("large.toml", filled("", "[[k]]\n"), "CRU006"),
    "comments in TOML": one("large.toml", filled("a = 1\n", "# b\n"), "CRU101", "CRU102"),
    "text in TOML": one("large.toml", filled('a = "', "x", '"'), "CRU101", "CRU102"),
    "lines of text in TOML": one("large.toml", filled("a = '''", "\n", "'''"), "CRU101", "CRU102"),
    "digits in TOML": one("large.toml", filled("epochs = ", "9"), "CRU015", "CRU102"),
    "a list in TOML": one("large.toml", filled("a = [", "1,", "]"), "CRU006"),
    "dates in TOML": one("large.toml", filled("a = [", "2024-01-01,", "]"), "CRU006"),
    "findings": one("large.yaml", numbered("epocks{}: 1\n", 9_000, VALID), "CRU101"),
    "findings about an experiment": one(
        "large.yaml",
        numbered("k{}: 1\n", 9_000, "pipeline: [supervised_train]\n"),
        *("CRU101", "CRU102", "CRU201"),
    ),
    "stages of an experiment": one("large.yaml", filled("pipeline: [", "a, ", "a]"), "CRU006"),
    "reports of an experiment": one(
        "large.yaml",
        numbered("- a{}\n", 9_000, "pipeline: [supervised_train]\nreports:\n"),
        *("CRU101", "CRU102", "CRU201"),
    ),
    "values to name in full": one("large.yaml", filled(VALID + "optimizer: ", "adam"), "CRU501"),
    "a key to name in full": one("large.yaml", filled(VALID + "? ", "epochs", "\n: 1\n"), "CRU101"),
    "overridden keys": one("large.yaml", numbered("  o{}: 1\n", 9_000, VALID + "options:\n"), "CRU101"),
    "entries": Hostile({"many": many_entries}, frozenset({"CRU008"}), 2),
}

NO_FILES = {
    "a device without end": Hostile({}, frozenset({"CRU001"}), 2, ("/dev/zero",)),
    "an empty device": Hostile({}, frozenset({"CRU001"}), 2, ("/dev/null",)),
    "a link to a device": one("zero.yaml", lambda path: path.symlink_to("/dev/zero"), "CRU001", status=2),
    "a named pipe": one("pipe.yaml", os.mkfifo, "CRU001", status=2),
    "a socket": one("socket.yaml", bound_socket, "CRU001", status=2),
    "a loop of links": one("loop.yaml", lambda path: path.symlink_to(path), "CRU001", status=2),
    "a link to nothing": one("gone.yaml", lambda path: path.symlink_to("nowhere.yaml"), "CRU001", status=2),
    "a link to its directory": Hostile(
        {"a/spec.yaml": VALID, "a/here": lambda path: path.symlink_to(path.parent)}, frozenset(), 0, ("a",)
    ),
    "a directory with the name of a file": one("dir.yaml", lambda path: path.mkdir(), "CRU008", status=2),
    "a file with the name of a directory": Hostile({"a": "x"}, frozenset({"CRU001"}), 2, ("a/spec.yaml",)),
    "extending a device": one("spec.yaml", "extends: /dev/zero", "CRU023"),
    "extending a pipe": Hostile(
        {"spec.yaml": "extends: pipe.yaml", "pipe.yaml": os.mkfifo}, frozenset({"CRU021"})
    ),
    "a name of 5,000 characters": Hostile({}, frozenset({"CRU001"}), 2, ("a" * 5_000 + ".yaml",)),
    "a pattern of stars": Hostile({"a" * 200 + ".yaml": VALID}, frozenset({"CRU008"}), 2, ("*a" * 40 + "b",)),
    "a pattern of directories": Hostile(
        {"a/" * 20 + "a.yaml": VALID}, frozenset({"CRU008"}), 2, ("**/" * 30 + "b.yaml",)
    ),
}

NO_TEXT = {
    "a program": one("a.yaml", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 1_000, "CRU002", status=2),
    "UTF-16": one("a.yaml", VALID.encode("utf-16"), "CRU002", status=2),
    "UTF-16 without a mark": one("a.yaml", VALID.encode("utf-16-le"), "CRU002", status=2),
    "Latin-1": one("a.yaml", (VALID + "name: Straße").encode("latin-1"), "CRU002", status=2),
    "nothing but zeros": one("a.yaml", filled("", "\0"), "CRU002", status=2),
    "half a pair": one("a.json", VALID + '"\udc00"', "CRU002", status=2),
    "nothing": one("a.yaml", b"", "CRU003"),
}

HOSTILE: dict[str, Hostile] = {
    f"{kind}: {name}": case
    for kind, cases in (
        ("bomb", BOMBS),
        ("nested", NESTED),
        ("large", LARGE),
        ("no file", NO_FILES),
        ("no text", NO_TEXT),
    )
    for name, case in cases.items()
}
