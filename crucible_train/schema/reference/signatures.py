"""How functions and classes are called, as text that is the same with every version of Python."""

from __future__ import annotations

import inspect
from enum import Enum
from typing import TYPE_CHECKING, ForwardRef

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH = 100
_PLAIN = (type(None), bool, int, float, str)


def signature(
    name: str, function: Callable[..., object], *, method: bool = False, returns: bool = True
) -> str:
    """`name(parameters) -> result`; over several lines where one would be too long.

    Of a `method`, what it is called on is left out; and private parameters are, of everything.
    """
    called = inspect.signature(function)
    shown = list(called.parameters.values())[method:]
    parameters = _marked([each for each in shown if not each.name.startswith("_")])
    result = f" -> {_annotation(called.return_annotation)}" if returns else ""
    line = f"{name}({', '.join(parameters)}){result}"
    if len(line) <= WIDTH:
        return line
    lines = "".join(f"    {each},\n" for each in parameters)
    return f"{name}(\n{lines}){result}"


def on_one_line(text: str) -> str:
    """A signature for a table."""
    return " ".join(text.replace("(\n", "(").replace(",\n)", ")").split()).replace("( ", "(")


def _marked(parameters: list[inspect.Parameter]) -> list[str]:
    """The parameters, with the `*` that those given by name alone stand behind."""
    words: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not any(word.startswith("*") for word in words):
            words.append("*")
        words.append(_parameter(parameter))
    return words


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    typed = parameter.annotation is not parameter.empty
    words = f"{stars}{parameter.name}" + (f": {_annotation(parameter.annotation)}" if typed else "")
    if parameter.default is parameter.empty:
        return words
    return f"{words} = {_default(parameter.default)}" if typed else f"{words}={_default(parameter.default)}"


def _annotation(annotation: object) -> str:
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _default(value: object) -> str:
    """A default as source; `...` for what has none, such as a factory's."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    return repr(value) if value == () or type(value) in _PLAIN else "..."
