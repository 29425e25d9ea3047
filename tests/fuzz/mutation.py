"""Specs that somebody might have written, broken in ways that somebody might break them.

All chance comes from the one `random.Random` that is passed, so a seed names a mutant.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, get_args

import yaml

from crucible_train import registry
from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES
from crucible_train.result import Ok
from crucible_train.source import Format, load_path
from crucible_train.source.files import format_of
from tests.support.odd_values import ODD
from tests.support.toml_texts import toml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

EXAMPLES = Path(__file__).parents[1] / "examples"
MAX_WRITTEN = 180
"""Levels."""
SUFFIXES = (".yaml", ".yml", ".json", ".toml")
FORMATS: tuple[Format, ...] = get_args(Format)

PIECES = (
    *"\n\t :-,?!&*|>%@#=[]{}'\"\\<~.0e_\r\x01\x85\u2028\ufeff\0",
    *("\n  ", "\n- ", ": ", "---\n", "...\n", "<<: ", "*id", "*base", "&id ", "!!str ", "!x ", "id"),
    *("\\ud800", "NaN", "Infinity", "1e400", "inf", ".nan", "//", "[[", "]]", "'''", '"""', "!!set "),
    *("9" * 5000, "[" * 200, "{a: " * 200, "# crucible: ignore[CRU402] why", "# crucible: ignore[CRU401]"),
    *("extends: base.yaml\n", "1_000", "010", "60:30", "2e-5", '"2e-5"', "no", "null", "é😀"),
)
"""What a text is broken with."""

VALUES: tuple[Any, ...] = (
    *ODD,
    *("base.yaml", ["base.yaml", "other.json"], "../base.yaml", "spec.yaml", "2e-5", "1e-4", "sft", "gemini"),
    *("local", "adamw", "cosine", {"schedule": "cosine", "warmup": 10}, {"name": "train.jsonl"}),
    *(float("nan"), float("inf"), -1, 10**5000),
)
"""What a value is replaced by."""


class Mutant(NamedTuple):
    """The text of a spec, and the format that its name says."""

    text: str
    format: Format


def mutant(random: Random) -> Mutant:
    """A spec with one to four mutations of its text, of its data, or of both."""
    seed = random.choice(seeds())
    if seed.data is not None and random.random() < 0.6:
        data = copy.deepcopy(seed.data)
        for _ in range(random.choice([1, 1, 1, 2, 3, 4])):
            data = _mutated(data, random)
        if _is_too_deep(data):
            data = {}
        seed = _written(data, random)
    else:
        seed = Mutant(seed.text, seed.format)
        seed = seed._replace(text=_broken(seed.text, random))
    if random.random() < 0.05:
        seed = seed._replace(text=_broken(seed.text, random))
    if random.random() < 0.02:
        seed = seed._replace(format=random.choice(FORMATS))
    return seed


# --- where to start -----------------------------------------------------------------------------------------


class Seed(NamedTuple):
    """An example: its text and, if it is a valid text, what it says."""

    text: str
    format: Format
    data: dict[str, Any] | None


@cache
def seeds() -> tuple[Seed, ...]:
    """Every example spec of this repository, right or wrong."""
    return tuple(_seeds())


def _seeds() -> Iterator[Seed]:
    for path in sorted(EXAMPLES.rglob("*")):
        if path.suffix not in SUFFIXES or "expected" in str(path):
            continue
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue
        file_format = format_of(path.name)
        assert file_format is not None  # by its suffix
        match load_path(path):
            case Ok(document):
                yield Seed(text, file_format, document.data)
            case _:
                yield Seed(text, file_format, None)


@cache
def _names() -> tuple[str, ...]:
    """Keys that mean something to some stage, to another tool, or to the reader."""
    names = {"extends", "options", "pipeline", "reports", "evaluation", "training_config", "<<", "", "a"}
    for stage in registry.names("stages"):
        names |= registry.stage(stage).unwrap().config_model.spec_keys()
    return tuple(sorted(names | set(FOREIGN_NAMES)))


# --- data ---------------------------------------------------------------------------------------------------

Place: TypeAlias = "tuple[dict[Any, Any] | list[Any], Any]"
"""A mapping or list, and a key or index of it."""


def _places(data: Any) -> Iterator[Place]:
    waiting = [data]
    while waiting:
        node = waiting.pop()
        for key, value in list(node.items()) if isinstance(node, dict) else list(enumerate(node)):
            yield node, key
            if isinstance(value, dict | list):
                waiting.append(value)


def _is_too_deep(data: Any) -> bool:
    """Whether those who write the data, and recurse, would not get to its end."""
    level, depth = [data], 0
    while level and depth < MAX_WRITTEN:
        below = (list(node.values()) if isinstance(node, dict) else node for node in level)
        level = [item for items in below for item in items if isinstance(item, dict | list)]
        depth += 1
    return bool(level)


def _mutated(data: dict[str, Any], random: Random) -> dict[str, Any]:
    places = list(_places(data))
    if not places:
        return {random.choice(_names()): copy.deepcopy(random.choice(VALUES))}
    node, key = random.choice(places)
    random.choice(_MUTATIONS)(data, node, key, random)
    return data


def _replace(data: Any, node: Any, key: Any, random: Random) -> None:
    node[key] = copy.deepcopy(random.choice(VALUES))


def _remove(data: Any, node: Any, key: Any, random: Random) -> None:
    del node[key]


def _rename(data: Any, node: Any, key: Any, random: Random) -> None:
    """A typo, or the name of something else, at the same place."""
    if not isinstance(node, dict):
        node.insert(key, node[key])
        return
    name = str(key)
    if random.random() < 0.5 and name:
        at = random.randrange(len(name))
        swapped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
        name = random.choice([swapped, name[:at] + name[at + 1 :], name[:at] + "x" + name[at:], name.upper()])
    else:
        name = random.choice(_names())
    items = [(name if old == key else old, value) for old, value in node.items()]
    node.clear()
    node.update(items)


def _add(data: Any, node: Any, key: Any, random: Random) -> None:
    value = copy.deepcopy(random.choice(VALUES))
    node.update({random.choice(_names()): value}) if isinstance(node, dict) else node.append(value)


def _move(data: Any, node: Any, key: Any, random: Random) -> None:
    """What is here stands at another place, too, or instead."""
    value = copy.deepcopy(node[key])
    if random.random() < 0.5:
        del node[key]
    other = random.choice([at for at, _ in _places(data)] or [data])
    other.update({str(key): value}) if isinstance(other, dict) else other.append(value)


def _nest(data: Any, node: Any, key: Any, random: Random) -> None:
    for _ in range(random.choice([1, 1, 1, 2, 5, 30, 98, 99, 100])):
        node[key] = random.choice([[node[key]], {random.choice(_names()): node[key]}])


def _retype(data: Any, node: Any, key: Any, random: Random) -> None:
    """The value in another type: `3` as text, as a float, in a list."""
    value = node[key]
    text = json.dumps(_short(value))
    node[key] = random.choice([text, [value], {"value": value}, value == 0, f" {text}", f"{text}\n"])
    if isinstance(value, int | float) and abs(value) < 1e300 and random.random() < 0.5:
        node[key] = random.choice([-value, value * 2, value / 3])


def _grow(data: Any, node: Any, key: Any, random: Random) -> None:
    if isinstance(node, list):
        node.extend(copy.deepcopy(node[key]) for _ in range(random.choice([1, 2, 50])))
    else:
        node.update(
            {f"{key}{number}": copy.deepcopy(node[key]) for number in range(random.choice([1, 2, 50]))}
        )


_MUTATIONS: tuple[Callable[[Any, Any, Any, Random], None], ...] = (
    *(_replace, _replace, _remove, _rename, _rename, _add, _add, _move, _nest, _retype, _retype, _grow),
)


class _Dumper(yaml.SafeDumper):
    """Writes an integer of any length; PyYAML's own fails beyond 4,300 digits."""


_Dumper.add_representer(
    int, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:int", _digits(value))
)


def _digits(value: int) -> str:
    return str(value) if abs(value) < 10**4000 else "9" * 5000


def _written(data: dict[str, Any], random: Random) -> Mutant:
    """The data in one of the formats, in one of the styles that people and tools write it in."""
    file_format = random.choice((*FORMATS, "yaml"))
    if file_format == "yaml":
        text = yaml.dump(
            data,
            Dumper=_Dumper,
            default_flow_style=random.choice([None, True, False]),
            default_style=random.choice([None, None, None, '"', "'", "|"]),
            sort_keys=random.random() < 0.5,
            allow_unicode=random.random() < 0.5,
            indent=random.choice([2, 4]),
            width=random.choice([20, 80, 1000]),
        )
        return Mutant(text, "yaml")
    finite = _short(data)
    if file_format == "json":
        return Mutant(
            json.dumps(finite, indent=random.choice([None, 2]), ensure_ascii=random.random() < 0.5), "json"
        )
    return Mutant(toml_text(finite), "toml")


def _short(value: Any) -> Any:
    """The same without integers that `json.dumps` cannot write."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return 10**4000 if isinstance(value, int) and value > 10**4000 else value


# --- text ---------------------------------------------------------------------------------------------------


def _broken(text: str, random: Random) -> str:
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        lines = text.splitlines(keepends=True)
        match random.randrange(6):
            case 0 if lines:  # a line twice
                at = random.randrange(len(lines))
                lines.insert(random.randrange(len(lines) + 1), lines[at])
                text = "".join(lines)
            case 1 if lines:  # a line away, or elsewhere
                line = lines.pop(random.randrange(len(lines)))
                if random.random() < 0.5:
                    lines.insert(random.randrange(len(lines) + 1), line)
                text = "".join(lines)
            case 2 if lines:  # wrong indentation
                at = random.randrange(len(lines))
                lines[at] = random.choice([" ", "  ", "\t", ""]) + lines[at].removeprefix(" ")
                text = "".join(lines)
            case 3:  # the file ends too early
                text = text[: random.randint(0, len(text))]
            case _:
                start = random.randint(0, len(text))
                end = random.randint(start, min(len(text), start + 8))
                text = text[:start] + random.choice((*PIECES, "")) + text[end:]
    return text
