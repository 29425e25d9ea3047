"""A stage that adds a number to what earlier ones made of it, or does whatever else a test tells it to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from crucible_train.loops.stage_config import StageConfig
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crucible_train.context import Context, RunControl
    from crucible_train.diagnostics.stage_errors import StageError
    from crucible_train.ir.normalized import Normalized

ENTRIES = {"stages": {"toy": "tests.support.toy_stages:Toy"}}
"""What `plug_in.install` makes the stage known by."""


class ToyConfig(StageConfig):
    amount: int = 1
    """What is added."""
    act: str = "add"
    """What the stage does: a name of `ACTS`."""


class Toy:
    name: ClassVar[str] = "toy"
    config_model: ClassVar[type[ToyConfig]] = ToyConfig

    def run(self, context: Context, options: Mapping[str, Any] | None = None) -> Result[Context, StageError]:
        from crucible_train.stages.options import normalize_options

        match normalize_options(self.name, context, options):
            case Ok((context, normalized, control)):
                return self.run_normalized(context, normalized, control)
            case Err() as failed:
                return failed

    def run_normalized(
        self, context: Context, normalized: Normalized[Any], control: RunControl
    ) -> Result[Context, StageError]:
        return ACTS[normalized.config.act](context, normalized.config, control)

    def describe(self) -> dict[str, Any]:
        return self.config_model.model_json_schema()


def add(context: Context, config: ToyConfig, control: RunControl) -> Result[Context, StageError]:
    """Add `amount` to the total that the stages hand on, and write down that it was done, and how."""
    total = context.assigns.get("total", 0) + config.amount
    directory = Path(control.directory or ".")
    directory.mkdir(exist_ok=True)
    with (directory / "begun.txt").open("a", encoding="utf-8") as file:
        file.write("again\n" if control.resume else "anew\n")
    (directory / "total.txt").write_text(str(total), encoding="utf-8")
    after = context.completed(
        "toy",
        output={"total": total, "run_id": context.run_id},
        metrics={"total": total},
        artifacts={"total": str(directory / "total.txt")},
    )
    return Ok(replace(after, assigns={**after.assigns, "total": total}))


ACTS: dict[str, Callable[[Any, ToyConfig, Any], Any]] = {"add": add}
"""A test adds what it needs, and takes it away again (`monkeypatch.setitem`)."""
