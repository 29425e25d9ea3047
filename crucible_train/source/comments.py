"""Comments of YAML and TOML, told from a `#` inside a value. JSON has none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.source.document import Format

_TOML = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|(#[^\r\n]*)",
    re.DOTALL,
)
"""The strings of TOML 1.0, and what is a comment because it is in none of them."""
_LINE_END = re.compile(r"[\r\n]|\Z")


def comments(text: str, file_format: Format) -> Iterator[tuple[int, int]]:
    """The extent of each comment of `text`, its `#` included, in code points.

    In a text that is not well-formed, what follows the mistake may be a value as well.
    """
    if file_format == "toml":
        for found in _TOML.finditer(text):
            if found[1] is not None:
                yield found.span(1)
    elif file_format == "yaml":
        yield from _yaml_comments(text)


def _yaml_comments(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for start, end in [*_yaml_scalars(text), (len(text), len(text))]:
        while (found := text.find("#", at, start)) >= 0:
            at = _line_end(text, found)
            yield found, at
        at = max(at, end)


def _yaml_scalars(text: str) -> Iterator[tuple[int, int]]:
    """The extents of the scalars; of a block scalar without its header, which a comment may follow."""
    from yaml import ScalarToken, YAMLError

    from crucible_train.source.yaml_events import tokens

    try:
        for token in tokens(text):
            if isinstance(token, ScalarToken):
                start: int = token.start_mark.index
                yield (_line_end(text, start) if _is_block(token) else start), token.end_mark.index
    except (YAMLError, ValueError, OverflowError):  # not well-formed: no value follows
        return


def _is_block(token: Any) -> bool:
    return token.style in ("|", ">")


def _line_end(text: str, at: int) -> int:
    found = _LINE_END.search(text, at)
    return len(text) if found is None else found.start()
