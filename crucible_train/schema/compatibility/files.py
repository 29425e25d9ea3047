"""Comparing schemas in files: one with another, or two directories of them by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crucible_train.result import Err, Ok, Result
from crucible_train.schema.compatibility.changes import Change, ChangeKind
from crucible_train.schema.compatibility.comparison import compare_documents
from crucible_train.schema.compatibility.reading import read_schema
from crucible_train.source import load_path

if TYPE_CHECKING:
    import os

    from crucible_train.schema.compatibility.nodes import SchemaDocument


_PATTERN = "*.json"


class FileChanges(NamedTuple):
    """The changes of one schema."""

    name: str
    """The file's path below its directory; the new one's name, where two files were compared."""
    changes: tuple[Change, ...]


def compare_paths(
    old: str | os.PathLike[str], new: str | os.PathLike[str]
) -> Result[tuple[FileChanges, ...], str]:
    """The changes of each schema, by file name: two files, or the `*.json` below two directories.

    A schema that only the old directory has is a breaking change, one that only the new directory has is a
    compatible one. `Err` says in words what cannot be read: there is no such path, it is no JSON or no
    object, a directory holds no schema, one path is a file and the other a directory.
    """
    before, after = Path(old), Path(new)
    missing = next((path for path in (before, after) if not path.exists()), None)
    if missing is not None:
        return Err(f"{missing}: no such file or directory")
    if before.is_dir() != after.is_dir():
        return Err(f"{before} and {after} cannot be compared: one is a directory, the other is a file")
    if before.is_dir():
        return _directories(before, after)
    match _pair(before, after):
        case Ok(changes):
            return Ok((changes,))
        case Err() as failed:
            return failed


def _directories(old: Path, new: Path) -> Result[tuple[FileChanges, ...], str]:
    names = {
        directory: {path.relative_to(directory).as_posix() for path in directory.rglob(_PATTERN)}
        for directory in (old, new)
    }
    for directory, found in names.items():
        if not found:
            return Err(f"{directory}: no schema in it ({_PATTERN})")
    compared: list[FileChanges] = []
    for name in sorted(names[old] | names[new]):
        if name not in names[new]:
            compared.append(FileChanges(name, (Change(ChangeKind.BREAKING, "", "the schema is gone"),)))
        elif name not in names[old]:
            compared.append(FileChanges(name, (Change(ChangeKind.COMPATIBLE, "", "the schema is new"),)))
        else:
            match _pair(old / name, new / name):
                case Ok(changes):
                    compared.append(changes._replace(name=name))
                case Err() as failed:
                    return failed
    return Ok(tuple(compared))


def _pair(old: Path, new: Path) -> Result[FileChanges, str]:
    documents: list[SchemaDocument] = []
    for path in (old, new):
        match _document(path):
            case Ok(document):
                documents.append(document)
            case Err() as failed:
                return failed
    return Ok(FileChanges(new.name, compare_documents(*documents)))


def _document(path: Path) -> Result[SchemaDocument, str]:
    match load_path(path):
        case Ok(text):
            pass
        case Err(error):
            return Err(str(error))
    match read_schema(text.data):
        case Ok(document):
            return Ok(document)
        case Err(problem):
            return Err(f"{path}{problem}")
