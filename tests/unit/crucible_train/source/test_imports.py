"""A check starts fast: nothing is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest


def modules_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


LOAD = "from crucible_train.source import load_text, parse_scalar\n"


@pytest.mark.parametrize(
    ("code", "needed", "not_needed"),
    [
        ("", set(), {"yaml", "json", "tomllib", "difflib", "re"}),
        ("load_text('a: 1', format='yaml').unwrap()", {"yaml"}, {"json", "tomllib", "difflib"}),
        ("load_text('{\"a\": 1}', format='json').unwrap()", {"json"}, {"yaml", "tomllib"}),
        ("load_text('a = 1', format='toml').unwrap()", {"tomllib"}, {"yaml", "json"}),
        ("parse_scalar('1e-4').unwrap()", set(), {"yaml", "json", "tomllib"}),
    ],
)
def test_a_format_imports_its_own_parser_only(code: str, needed: set[str], not_needed: set[str]) -> None:
    modules = modules_after(LOAD + code)

    assert needed <= modules
    assert not (not_needed - modules_after("import dataclasses, enum, pathlib, typing")) & modules


def test_what_follows_bases_is_imported_where_there_is_one() -> None:
    following = {
        "crucible_train.source.extends",
        "crucible_train.source.chain",
        "crucible_train.source.bases",
    }
    assert not following & modules_after(LOAD + "load_text('a: 1', format='yaml')")
    assert following <= modules_after(LOAD + "load_text('extends: a.yaml', format='yaml')")


def test_nothing_heavy_is_ever_imported() -> None:
    code = "".join(
        f"load_text({text!r}, format={file_format!r})\n"
        for file_format, text in (("yaml", "a: [*x"), ("json", '{"a": NaN,'), ("toml", "a = nan\nb"))
    )

    assert not {"numpy", "pydantic", "torch"} & modules_after(LOAD + code)
