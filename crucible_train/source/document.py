"""`Document`: a spec as plain data that knows where everything stands; `SourceError`: why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crucible_train.diagnostics import Diagnostic, Loc, Span
    from crucible_train.source.chain import Chain
    from crucible_train.source.positions import Positions

Format: TypeAlias = Literal["yaml", "json", "toml"]

_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, init=False)
class Document:
    """One spec, read. `data` holds plain dict, list, str, int, float, bool and None: no NaN, no infinity.

    What a file extends is in it, and the key `extends` is not.
    """

    name: str
    """The path, or what stands for it (`<text>`)."""
    format: Format
    data: dict[str, Any]
    warnings: tuple[Diagnostic, ...] = ()
    """Findings that do not stop anything (CRU018), ordered by position."""
    positions: Positions | Chain | None = field(default=None, repr=False, compare=False)
    """None for a document that was not read from text."""

    def __init__(
        self,
        name: str,
        format: Format,  # noqa: A002 - the field's name
        data: dict[str, Any],
        warnings: tuple[Diagnostic, ...] = (),
        positions: Positions | Chain | None = None,
    ) -> None:
        # What a frozen dataclass generates sets one field at a time, through `object.__setattr__`.
        self.__dict__.update(name=name, format=format, data=data, warnings=warnings, positions=positions)

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts the document was read from, without byte order marks, by the names that spans say."""
        return _NO_TEXTS if self.positions is None else self.positions.texts

    @property
    def rank(self) -> Callable[[Loc], int] | None:
        """How near to the top the file is that has the value at a `loc`: a larger number is nearer.

        None for a document that is one file.
        """
        return None if self.positions is None else self.positions.rank

    def span(self, loc: Loc, target: Literal["key", "value"] = "value") -> Span | None:
        """Where the value at `loc` is written, or its key.

        Parts of `loc` that do not exist are dropped from its end, so a missing field points at its parent.
        The empty `loc` is the first character of the document. A list item has no key: its value is meant.
        A value that came through a YAML alias or merge is where it was written; the key of an aliased value
        is where the alias was used. A TOML table is its header. Lines and columns are as in `Span`.
        What comes from a file that is extended is where that file has it. None when the document was not
        read from text.
        """
        return None if self.positions is None else self.positions.span(loc, target)


class SourceError(NamedTuple):
    """Why a text is no spec: every error found, ordered by position.

    Without a `document`, `diagnostics` also holds the warnings found so far; with one, its own `warnings` do.
    """

    diagnostics: tuple[Diagnostic, ...]
    """Never empty."""
    readable: bool = True
    """False when the text could not even be read (no such file, not UTF-8): nothing was checked."""
    document: Document | None = None
    """What could be read all the same, without the offending values; None when the syntax is broken.

    The `loc` of a finding names what was left out, so that a caller does not report it as missing. It counts
    list items as the text does; in `document`, the items behind one that was left out have moved up.
    """
    texts: Mapping[str, str] = _NO_TEXTS
    """The texts that were read, without byte order marks, by the names that spans say."""

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.diagnostics)
