"""Parsing events of a YAML text, from libyaml where PyYAML was built with it, else from PyYAML itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Parser(Protocol):
    """What is used of a loader of PyYAML, whose stubs leave it untyped."""

    def get_event(self) -> Any: ...

    def get_mark(self) -> Any: ...


class _Scanner(Protocol):
    """What else is used of it."""

    def check_token(self) -> bool: ...

    def get_token(self) -> Any: ...


def open_events(text: str) -> Callable[[], Any]:
    """A function that returns the next event of `text` (without a byte order mark) at each call.

    It raises `yaml.YAMLError` where the text is not well-formed.
    """
    if yaml.__with_libyaml__:
        return cast("_Parser", yaml.CBaseLoader(text)).get_event
    from crucible_train.source.yaml_pure import PureLoader

    return _Checked(PureLoader(text)).get_event


def tokens(text: str) -> Iterator[Any]:
    """The tokens of `text`. Raises as the events do, and a ValueError at an escape of no character."""
    if yaml.__with_libyaml__:
        scanner = cast("_Scanner", yaml.CBaseLoader(text))
    else:
        from crucible_train.source.yaml_pure import PureLoader

        scanner = cast("_Scanner", PureLoader(text))
    while scanner.check_token():
        yield scanner.get_token()


class _Checked:
    """PyYAML's own parser, made to refuse the escapes that libyaml refuses."""

    def __init__(self, parser: _Parser) -> None:
        self._parser = parser

    def get_event(self) -> Any:
        try:
            event = self._parser.get_event()
        except (ValueError, OverflowError) as error:  # chr() of an escape beyond U+10FFFF
            raise _bad_escape(self._parser.get_mark()) from error
        if isinstance(event, yaml.ScalarEvent):
            value: str = event.value
            if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
                raise _bad_escape(event.start_mark)
        return event


def _bad_escape(mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem="found an invalid Unicode character escape", problem_mark=mark)
