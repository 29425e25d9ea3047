"""Documents laid over one another: their data as one, and which of them has what is written at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.diagnostics import Loc, Span
    from crucible_train.source.positions import Positions, Target


class Layer(NamedTuple):
    """One file of a chain."""

    data: dict[str, Any]
    positions: Positions


class Chain:
    """The places of a document made of several files, given lowest first. It answers as `Positions` does."""

    __slots__ = ("_layers",)

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers

    @property
    def texts(self) -> dict[str, str]:
        """The texts of all files, by name."""
        return {name: text for layer in self._layers for name, text in layer.positions.texts.items()}

    def data(self) -> dict[str, Any]:
        """What all files say together: mappings merged key by key, and of anything else the highest."""
        data: dict[str, Any] = {}
        for layer in self._layers:
            data = _laid_over(data, layer.data)
        return data

    def span(self, loc: Loc, target: Target) -> Span:
        """The span of `loc`, in the file that has it; see `Document.span`."""
        return self._layers[self.rank(loc)].positions.span(loc, target)

    def rank(self, loc: Loc) -> int:
        """The index of the highest file that has `loc`, or the nearest parent of it that exists."""
        merged = [(index, layer.data) for index, layer in enumerate(self._layers)]
        for part in loc:
            holders = [(index, data[part]) for index, data in merged if part in data]
            if not holders:
                break
            below: list[tuple[int, dict[str, Any]]] = []
            for index, value in reversed(holders):
                if not isinstance(value, dict):
                    break
                below.insert(0, (index, cast("dict[str, Any]", value)))
            if not below:
                return holders[-1][0]
            merged = below
        return merged[-1][0]


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """A new mapping. A null is a value: it takes back what is below it."""
    result = dict(below)
    for key, value in above.items():
        under: object = result.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            result[key] = _laid_over(cast("dict[str, Any]", under), cast("dict[str, Any]", value))
        else:
            result[key] = value
    return result
