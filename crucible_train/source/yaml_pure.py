"""PyYAML's own parser, reading tabs as libyaml (and YAML 1.2) does: between tokens, and inside plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    class _Loader:
        """What is used of `yaml.BaseLoader`, which PyYAML's stubs leave untyped."""

        flow_level: int
        allow_simple_key: bool
        line: int
        column: int

        def __init__(self, stream: str) -> None: ...
        def get_event(self) -> Any: ...
        def get_mark(self) -> Any: ...
        def peek(self, index: int = 0) -> str: ...
        def forward(self, length: int = 1) -> None: ...
        def scan_to_next_token(self) -> None: ...
        def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None: ...
else:
    from yaml import BaseLoader as _Loader


class PureLoader(_Loader):
    """A loader of which only the events are used."""

    def scan_to_next_token(self) -> None:
        """Skip white space and comments."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str]:
        """Read the white space inside a plain scalar, line breaks folded."""
        line = self.line
        chunks = super().scan_plain_spaces(indent, start_mark) or []
        while self.peek() == "\t" and (self.line == line or self.column >= indent):
            line_before = self.line
            self.forward()
            more = super().scan_plain_spaces(indent, start_mark) or []
            # White space on either side of a line break is no part of the text.
            if self.line != line_before:
                chunks = more
            elif self.line == line:
                chunks = [*chunks, "\t", *more]
        return chunks
