"""What can go wrong with a run directory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class RunDirectoryErrorCode(StrEnum):
    """Why a run directory cannot be used."""

    EXISTS = "exists"
    """It holds a run already, and was not asked to continue it."""
    LOCKED = "locked"
    """Another process is training into it."""
    NOT_A_DIRECTORY = "not_a_directory"
    """There is something else at that path."""
    UNWRITABLE = "unwritable"
    """The directory or a file in it cannot be made, read or written: permissions, a full disk."""
    NOT_FOUND = "not_found"
    """A file of the run is not there."""
    DAMAGED = "damaged"
    """A file of the run does not hold what it should, beyond a last line cut short."""
    MISSING_DEPENDENCY = "missing_dependency"
    """A package is not installed; the message holds the install line."""


@dataclass(frozen=True, slots=True)
class RunDirectoryError:
    """Why a run directory cannot be used, in words."""

    code: RunDirectoryErrorCode
    message: str

    def __str__(self) -> str:
        return self.message


def unusable(path: Path, error: OSError) -> RunDirectoryError:
    """`unwritable`, with the system's own words."""
    message = f"`{path}`: {error.strerror or error}"
    return RunDirectoryError(RunDirectoryErrorCode.UNWRITABLE, message)


class DamagedRunError(RuntimeError):
    """A file of a run is damaged, found in a call whose signature has no room for an error.

    `RunDirectory.create(..., resume=True)` reads the same files first and returns the error.
    """

    def __init__(self, error: RunDirectoryError) -> None:
        super().__init__(error.message)
        self.error = error
