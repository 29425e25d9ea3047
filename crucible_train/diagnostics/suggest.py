"""Did-you-mean: for a key nobody knows, what its writer most likely meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


_MIN_STEM = 3
_CERTAIN = 0.9
"""How much of two words has to be common for one to be the other, misspelt (Ratcliff/Obershelp)."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to `word`, or `None` when none is close.

    Case, dashes and underscores do not count. A candidate one slip away (a character too many, too few,
    wrong, or two swapped) is always close; then the longest common parts decide (Ratcliff/Obershelp); then
    the longest candidate that `word` begins with (`adamw_fused`).
    """
    by_shape: dict[str, str] = {}
    for candidate in candidates:
        by_shape.setdefault(_shape(candidate), candidate)
    shape = _shape(word)
    if shape in by_shape:
        return by_shape[shape]
    import difflib  # only findings need it, and it takes milliseconds to import

    one_slip_away = [known for known in by_shape if _is_one_slip(shape, known)]
    matches = difflib.get_close_matches(shape, one_slip_away or by_shape, 1, 0.0 if one_slip_away else 0.7)
    if matches:
        return by_shape[matches[0]]
    begun = [known for known in by_shape if len(known) >= _MIN_STEM and shape.startswith(known)]
    return by_shape[max(begun, key=len)] if begun else None


def misspelt(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` can only be a misspelling of: what may be written in its place unasked.

    One slip away, or nearly all letters in common, and no other candidate is as close. `num_steps` is closest
    to `num_epochs`, and is not `num_epochs` misspelt.
    """
    by_shape = {_shape(candidate): candidate for candidate in candidates}
    shape = _shape(word)
    if shape in by_shape:
        return by_shape[shape]
    import difflib  # only findings need it, and it takes milliseconds to import

    close = {known for known in by_shape if len(known) > _MIN_STEM and _is_one_slip(shape, known)}
    close = close or set(difflib.get_close_matches(shape, by_shape, 2, _CERTAIN))
    return by_shape[close.pop()] if len(close) == 1 else None


def _is_one_slip(word: str, other: str) -> bool:
    if len(word) > len(other):
        word, other = other, word
    start = next((at for at, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), len(word))
    if len(word) < len(other):
        return word[start:] == other[start + 1 :]
    rest = slice(start + 2, None)
    swapped = word[start : start + 2] == other[start : start + 2][::-1] and word[rest] == other[rest]
    return swapped or word[start + 1 :] == other[start + 1 :]


def _shape(word: str) -> str:
    return word.casefold().replace("-", "").replace("_", "").replace(" ", "")


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """A hint sentence, or `None`."""
    match = nearest(word, candidates)
    return f"did you mean `{match}`?" if match else None


def one_of(candidates: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    names = [f"`{name}`" for name in candidates]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
