"""What a pipeline needs before it begins: the class of every stage, and the adapters it is to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from crucible_train import registry
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crucible_train.ir.experiment import PlannedStage
    from crucible_train.ports import Ports

PortsFor: TypeAlias = "Callable[[PlannedStage], Result[Ports, object]]"
"""The ports of one stage, or why it cannot have them."""


class Prepared(NamedTuple):
    """What one stage is run with."""

    make: Callable[[], Any]
    """The stage's class."""
    ports: Ports | None


class Unavailable(NamedTuple):
    """A stage, or the ports of one, that is not to be had."""

    planned: PlannedStage
    cause: object

    def __str__(self) -> str:
        return f"{self.planned.label}: {self.cause}"


def prepare(
    stages: Iterable[PlannedStage], ports_for: PortsFor | None, ports: Ports | None
) -> Result[dict[str, Prepared], tuple[Unavailable, ...]]:
    """All that `stages` need, by label, or all that is missing. Without `ports_for`, `ports` serve all."""
    prepared: dict[str, Prepared] = {}
    missing: list[Unavailable] = []
    for planned in stages:
        wired = Ok(ports) if ports_for is None else ports_for(planned)
        match registry.stage(planned.stage), wired:
            case Ok(stage_class), Ok(its_ports):
                prepared[planned.label] = Prepared(stage_class, its_ports)
            case (Err(problem), _) | (_, Err(problem)):
                missing.append(Unavailable(planned, problem))
    return Err(tuple(missing)) if missing else Ok(prepared)
