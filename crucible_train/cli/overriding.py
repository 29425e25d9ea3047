"""What overrides a spec, or the stages of an experiment: variables, and `--set` above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_train import registry
from crucible_train.cli.variables import by_stage
from crucible_train.ir.overrides import overrides_source, shortened, variables_source
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.ir.overrides import Override
    from crucible_train.ir.spec import Source
    from crucible_train.loops.stage_config import StageConfig


def overriding(
    variables: Sequence[Override], assignments: Sequence[str], model: type[StageConfig]
) -> Result[list[Source], str]:
    """The sources for a stage with this config, lowest precedence first. `Err` is a usage error in words."""
    read = [variables_source(variables, model)] if variables else []
    read += [overrides_source(list(assignments), model)] if assignments else []
    found: list[Source] = []
    for one in read:
        match one:
            case Ok(source):
                found.append(source)
            case Err() as failed:
                return failed
    return Ok(found)


def overriding_stages(
    variables: Sequence[Override], assignments: Sequence[str], stages: Mapping[str, str]
) -> Result[tuple[dict[str, list[Source]], list[Diagnostic]], str]:
    """The sources for each stage of an experiment, by its label, and findings about variables without one.

    `stages` has the labels' stages. In `--set LABEL.KEY=VALUE` the label comes first, too. `Err` is a usage
    error in words.
    """
    match by_stage(variables, [*stages]):
        case Ok((of_stage, findings)):
            pass
        case Err() as failed:
            return failed
    assigned: dict[str, list[str]] = {}
    for assignment in assignments:
        label, dot, rest = assignment.partition(".")
        if label not in stages or not dot:
            known = ", ".join(stages)
            return Err(
                f"--set {shortened(assignment)}: in an experiment write STAGE.KEY=VALUE; its stages: {known}"
            )
        assigned.setdefault(label, []).append(rest)
    found: dict[str, list[Source]] = {}
    for label in {**of_stage, **assigned}:
        match registry.stage(stages[label]):
            case Err():
                continue  # that there is no such stage is a finding
            case Ok(stage_class):
                pass
        match overriding(of_stage.get(label, ()), assigned.get(label, ()), stage_class.config_model):
            case Ok(sources):
                found[label] = [one._replace(label=f"--set {label}") if one.label else one for one in sources]
            case Err() as failed:
                return failed
    return Ok((found, findings))
