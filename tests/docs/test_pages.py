"""README and every page of docs are executed: what they show is what happens.

In one page, in order and in one directory: a `yaml`, `json` or `toml` block whose first line is
`# NAME` writes that file; a `console` block runs each `$ ` line and compares what follows (`...` stands for
anything, whole lines too; `[exit status N]` for one that is not 0); a `python` block runs in the page's
namespace, and a `text` block right after it is what it prints. `sh` blocks are for people: they install
things.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KNOWN = {"console", "json", "python", "sh", "text", "toml", "yaml", "make", "xml", "lua"}


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(match[1], match[2], text.count("\n", 0, match.start()) + 1) for match in FENCE.finditer(text)
    ]


def _matches(expected: list[str], actual: list[str]) -> bool:
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
        for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def run_console(block: Block, directory: Path, page: Path) -> None:
    commands: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif line.startswith("> ") and commands and commands[-1][0].endswith("\\"):
            commands[-1] = (f"{commands[-1][0]}\n{line[2:]}", [])
        else:
            commands[-1][1].append(line)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    for command, expected in commands:
        done = subprocess.run(
            ["sh", "-c", command], cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
        status = [f"[exit status {done.returncode}]"] if done.returncode else []
        actual = [*done.stdout.rstrip("\n").splitlines(), *done.stderr.rstrip("\n").splitlines(), *status]
        actual = [line.rstrip() for line in actual]
        shown = "\n".join(actual)
        assert _matches(expected, actual), f"{page}:{block.line}: $ {command}\nprinted\n{shown}"


def run_python(block: Block, namespace: dict[str, Any], directory: Path, page: Path) -> str:
    printed = io.StringIO()
    code = compile("\n" * block.line + block.text, str(page), "exec")
    with contextlib.chdir(directory), contextlib.redirect_stdout(printed):
        exec(code, namespace)
    return printed.getvalue()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_the_page_does_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    namespace: dict[str, Any] = {"__name__": "__page__"}
    printed: str | None = None
    for block in blocks(page):
        assert block.language in KNOWN, f"{page}:{block.line}: a block needs a language"
        match block.language:
            case "console":
                run_console(block, tmp_path, page)
            case "python":
                first = block.text.splitlines()[0]
                if re.fullmatch(r"# \S+\.py", first):
                    (tmp_path / first[2:]).write_text(block.text, encoding="utf-8")
                    monkeypatch.syspath_prepend(tmp_path)
                else:
                    printed = run_python(block, namespace, tmp_path, page)
                    continue
            case "text" if printed is not None:
                assert _matches(block.text.splitlines(), printed.splitlines()), (
                    f"{page}:{block.line}\n{printed}"
                )
            case "yaml" | "toml" | "json":
                first = block.text.splitlines()[0]
                if re.fullmatch(r"# \S+\.(yaml|toml|json)", first):
                    (tmp_path / first[2:]).parent.mkdir(parents=True, exist_ok=True)
                    (tmp_path / first[2:]).write_text(block.text, encoding="utf-8")
            case _:
                pass
        printed = None


def test_changelog_readme_and_package_agree_on_the_version() -> None:
    from crucible_train import __version__

    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert released[0] == __version__
