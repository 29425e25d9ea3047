"""The demonstration behind `make demo`: a spec is checked, explained and trained, step by step.

`python examples/demo.py DIR` writes everything into DIR.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = "examples/python-help.yaml"


def step(title: str, *command: str, expect: int = 0) -> None:
    """Show a command, run it, and stop the demonstration if it does not end as it should."""
    print(f"\n\033[1m# {title}\033[0m" if sys.stdout.isatty() else f"\n# {title}")
    print("$ " + " ".join(command), flush=True)
    code = subprocess.run([sys.executable, *_module(command)], cwd=ROOT, check=False).returncode
    if code != expect:
        sys.exit(f"demo: the command above ended with {code}, not {expect}")


def _module(command: tuple[str, ...]) -> list[str]:
    program, *arguments = command
    return ["-m", "crucible_train", *arguments] if program == "crucible" else arguments


def main() -> None:
    """Run the demonstration."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    earlier = ROOT / out / "run"
    if (earlier / "config.json").exists():  # DIR may hold other things as well: only an earlier run goes
        shutil.rmtree(earlier)
    data = f"dataset_ref.name={out}/python-help.jsonl"
    step(
        "Real text that every Python has: its help topics",
        "python",
        "examples/python_help.py",
        f"{out}/python-help.jsonl",
    )
    step("A spec is checked without torch, a GPU or a network", "crucible", "validate", SPEC)
    step(
        "A broken one: every mistake at once, each with its place and fix",
        "crucible",
        "validate",
        "examples/broken.yaml",
        expect=1,
    )
    step("Where every value comes from", "crucible", "explain", SPEC)
    step("And it trains", "crucible", "run", SPEC, "--set", data, "--out", f"{out}/run")
    print(f"\nLook at {out}/run/loss.svg, or go on: .venv/bin/crucible explain {SPEC} epochs")


if __name__ == "__main__":
    main()
