"""`Change`: what a new version of a schema does to documents that the old version accepted."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ChangeKind(StrEnum):
    """How a change meets somebody who has documents that are valid under the old schema."""

    BREAKING = "breaking"
    """A document that was accepted may now be refused, or may mean something else."""
    COMPATIBLE = "compatible"
    """A document that was refused may now be accepted."""
    COSMETIC = "cosmetic"
    """What is accepted stays as it was; what is said about it differs."""


class Change(NamedTuple):
    """One change."""

    kind: ChangeKind
    path: str
    """JSON pointer (RFC 6901) into the new schema; into the old one for what is gone."""
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.path or '/'}: {self.message}"
