"""Adam, AdamW and SGD over the flat parameter vector.

Sources: Adam with bias correction, Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; decoupled weight decay,
Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2; clipping by the global norm, Pascanu et al. 2013,
arXiv:1211.5063. With `adam` and `sgd`, weight decay is the classic L2 penalty: `weight_decay * w` joins the
gradient after clipping. Biases are not decayed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from crucible_train.bytelm.parameters import Parameters
from crucible_train.result import Err, Ok, Result
from crucible_train.session import AdamParams, OptimStepOutput, SessionError, SessionErrorCode

if TYPE_CHECKING:
    from crucible_train.bytelm.architecture import Architecture
    from crucible_train.bytelm.parameters import FloatArray

OptimizerName: TypeAlias = Literal["adam", "adamw", "sgd"]
_PLAIN = AdamParams(learning_rate=0.0)


@dataclass(frozen=True, slots=True)
class StepSettings:
    """What a session's `training_config` fixes for every step; `AdamParams` may override the numbers."""

    optimizer: OptimizerName = "adam"
    weight_decay: float = 0.0
    grad_clip_norm: float | None = None


def check_step(params: AdamParams, optimizer: OptimizerName) -> SessionError | None:
    """Why `params` cannot be applied (`unsupported_config`), or `None`. All problems are in the message."""
    ranges = {
        "learning_rate must be 0 or more": params.learning_rate >= 0,
        "beta1 must be in [0, 1)": 0 <= params.beta1 < 1,
        "beta2 must be in [0, 1)": 0 <= params.beta2 < 1,
        "eps must be above 0": params.eps > 0,
        "weight_decay must be 0 or more": params.weight_decay is None or params.weight_decay >= 0,
        "grad_clip_norm must be 0 (no clipping) or more": (params.grad_clip_norm or 0) >= 0,
    }
    problems = [rule for rule, holds in ranges.items() if not holds]
    numbers = {
        "learning_rate": params.learning_rate,
        "eps": params.eps,
        "weight_decay": params.weight_decay or 0,
        "grad_clip_norm": params.grad_clip_norm or 0,
    }
    problems += [f"{name} must be finite" for name, number in numbers.items() if math.isinf(number)]
    if optimizer == "sgd":
        problems += [
            f"sgd has no {name}: it cannot honour {getattr(params, name)}"
            for name in ("beta1", "beta2", "eps")
            if getattr(params, name) != getattr(_PLAIN, name)
        ]
    return SessionError(SessionErrorCode.UNSUPPORTED_CONFIG, "; ".join(problems)) if problems else None


class Optimizer:
    """The optimizer's state (moments and step count), and the step that changes `parameters` in place."""

    def __init__(self, architecture: Architecture, settings: StepSettings) -> None:
        self.settings = settings
        self.num_steps = 0
        names = () if settings.optimizer == "sgd" else ("first_moment", "second_moment")
        self.moments = {name: Parameters.zeros(architecture) for name in names}
        """Running means of the gradient and of its square; none for `sgd`."""
        self._decayed = Parameters.zeros(architecture).decayed()
        # Reused: fresh arrays of this size would cost a page fault every 4 KiB.
        self._scratch = tuple(Parameters.zeros(architecture).values for _ in range(4))

    def step(
        self, parameters: Parameters, gradient: FloatArray, params: AdamParams
    ) -> Result[OptimStepOutput, SessionError]:
        """Move `parameters` by one step. `params` has passed `check_step`.

        Errors: `non_finite` when the gradient's norm, a moment or a new weight is not finite; parameters and
        moments are then unchanged.
        """
        settings = self.settings
        norm = math.sqrt(float(np.square(gradient, dtype=np.float64).sum()))
        if not math.isfinite(norm):
            return _non_finite("the gradient is not finite")
        limit = settings.grad_clip_norm if params.grad_clip_norm is None else params.grad_clip_norm
        if limit and norm > limit:
            gradient = gradient * (limit / norm)
        weight_decay = settings.weight_decay if params.weight_decay is None else params.weight_decay
        weights = parameters.values
        if weight_decay and settings.optimizer != "adamw":
            gradient = gradient + weight_decay * weights * self._decayed
        num_steps = self.num_steps + 1
        moments, direction = self._direction(gradient, params, num_steps)
        if weight_decay and settings.optimizer == "adamw":
            direction = direction + weight_decay * weights * self._decayed
        moved = weights - params.learning_rate * direction
        if not all(bool(np.isfinite(array).all()) for array in (moved, *moments.values())):
            return _non_finite(f"a step of learning rate {params.learning_rate} leaves weights not finite")
        weights[...] = moved
        for name, values in moments.items():
            self.moments[name].values[...] = values
        self.num_steps = num_steps
        return Ok(OptimStepOutput(grad_norm=norm))

    def _direction(
        self, gradient: FloatArray, params: AdamParams, num_steps: int
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """The moments after this step, and what the learning rate multiplies; both live in scratch memory."""
        if not self.moments:
            return {}, gradient
        first, second, scale, direction = self._scratch
        np.multiply(self.moments["first_moment"].values, params.beta1, out=first)
        np.multiply(gradient, 1 - params.beta1, out=scale)
        first += scale
        np.multiply(self.moments["second_moment"].values, params.beta2, out=second)
        np.multiply(gradient, gradient, out=scale)
        scale *= 1 - params.beta2
        second += scale
        np.divide(second, 1 - params.beta2**num_steps, out=scale)
        np.sqrt(scale, out=scale)
        scale += params.eps
        np.divide(first, 1 - params.beta1**num_steps, out=direction)
        direction /= scale
        return {"first_moment": first, "second_moment": second}, direction


def _non_finite(message: str) -> Err[SessionError]:
    return Err(SessionError(SessionErrorCode.NON_FINITE, f"{message}; the weights are unchanged"))
