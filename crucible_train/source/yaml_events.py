"""Parsing events of a YAML text, from libyaml where PyYAML was built with it, else from PyYAML itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

_BAD_ESCAPE = "found an invalid Unicode character escape"  # as libyaml says it


class _Parser(Protocol):
    def get_event(self) -> Any: ...

    def get_mark(self) -> Any: ...


def open_events(text: str) -> Callable[[], Any]:
    """A function that returns the next event of `text` (without a byte order mark) at each call.

    It raises `yaml.YAMLError` where the text is not well-formed.
    """
    if yaml.__with_libyaml__:
        return cast("_Parser", yaml.CBaseLoader(text)).get_event
    return _PurePython(text).get_event


class _PurePython:
    """PyYAML's own parser, made to refuse the same escapes as libyaml does."""

    def __init__(self, text: str) -> None:
        self._parser = cast("_Parser", yaml.BaseLoader(text))

    def get_event(self) -> Any:
        try:
            event = self._parser.get_event()
        except (ValueError, OverflowError) as error:  # chr() of an escape beyond U+10FFFF
            mark = self._parser.get_mark()
            raise yaml.MarkedYAMLError(problem=_BAD_ESCAPE, problem_mark=mark) from error
        if isinstance(event, yaml.ScalarEvent):
            value: str = event.value
            if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
                raise yaml.MarkedYAMLError(problem=_BAD_ESCAPE, problem_mark=event.start_mark)
        return event
