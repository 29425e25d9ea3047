"""What one stage adds to the context, as JSON data: what a run that is resumed starts from.

The context that a pipeline hands on is always built from contributions and never the object a stage
returned, so that a resumed run hands on the very same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from crucible_ir.json_data import JsonObject
from crucible_train.diagnostics.from_pydantic import findings_of
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.inside import restored_path, stored_path

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.context import Context

PARTS = ("metrics", "outputs", "artifacts", "assigns")
"""The mappings of a context that stages add to."""


class Contribution(BaseModel):
    """Entries of a context."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    metrics: dict[str, float]
    outputs: JsonObject
    artifacts: dict[str, str]
    assigns: JsonObject

    @classmethod
    def of(cls, parts: Mapping[str, Mapping[str, Any]]) -> Result[Contribution, str]:
        """The contribution with these `PARTS`; `Err` says what in them is not JSON data.

        Nothing in it is shared with `parts`, and reading it back from its JSON gives an equal one.
        """
        data = {name: dict(part) for name, part in parts.items()}
        try:
            checked = cls.model_validate(data)
        except ValidationError as error:
            return Err("; ".join(finding.message for finding in findings_of(error, cls, data)))
        return Ok(cls.model_validate_json(checked.model_dump_json()))

    def stored(self, directory: Path) -> Contribution:
        """This contribution as it is written into a record in `directory`, which may be moved later."""
        paths = {name: stored_path(path, directory) for name, path in self.artifacts.items()}
        return self.model_copy(update={"artifacts": paths})

    def completes(self, label: str, context: Context, directory: Path) -> Context:
        """`context` after the stage `label` with this contribution, as it is stored in `directory`."""
        paths = {name: restored_path(path, directory) for name, path in self.artifacts.items()}
        return replace(
            context,
            metrics={**context.metrics, **self.metrics},
            outputs={**context.outputs, **self.outputs},
            artifacts={**context.artifacts, **paths},
            assigns={**context.assigns, **self.assigns},
            completed_stages=(*context.completed_stages, label),
        )


def copied(context: Context) -> Result[Context, str]:
    """`context` with mappings of its own, as JSON data; `Err` says what of it is none."""
    match Contribution.of({name: getattr(context, name) for name in PARTS}):
        case Ok(own):
            return Ok(replace(context, **{name: getattr(own, name) for name in PARTS}))
        case Err() as failed:
            return failed


def contribution(label: str, before: Context, after: Context) -> Result[Contribution, str]:
    """What the stage `label` made of the context `before`; `Err` says which rule the stage has broken.

    A stage keeps all it was given, except for assigns, which it may replace; it adds itself to the completed
    stages, and leaves the experiment, the run id and the ports alone.
    """
    same = {
        "run_id": after.run_id == before.run_id,
        "experiment": after.experiment is before.experiment,
        "ports": after.ports is before.ports,
    }
    problems = [f"changed `{name}`" for name, is_same in same.items() if not is_same]
    if after.completed_stages != (*before.completed_stages, label):
        problems.append(f"did not add `{label}`, and nothing else, to `completed_stages`")
    for name in PARTS:
        returned: Any = getattr(after, name)
        if isinstance(returned, Mapping):
            problems += _lost(name, getattr(before, name), cast("Mapping[str, Any]", returned))
        else:
            problems.append(f"has no mapping as `{name}`")
    if problems:
        return Err("; ".join(problems))
    return Contribution.of({name: _new(getattr(before, name), getattr(after, name)) for name in PARTS})


def _lost(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lost = [f"lost `{name}[{key!r}]`" for key in before if key not in after]
    if name == "assigns":
        return lost
    changed = [key for key in before if key in after and after[key] != before[key]]
    return [*lost, *(f"changed `{name}[{key!r}]`" for key in changed)]


def _new(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in after.items() if key not in before or value != before[key]}
