"""The built-in losses: sums over positions, with their gradient with respect to the log-probabilities.

Each is a function of one position's log-probability lp and tensors, so a batch can be computed in blocks.
r = exp(lp - logprobs) is the ratio to the policy that sampled; A = `advantages`; clip(r) limits r to
[`clip_low_threshold`, `clip_high_threshold`].

    cross_entropy         -weights * lp
    importance_sampling   -r * A
    ppo                   -min(r * A, clip(r) * A)           Schulman et al. 2017, arXiv:1707.06347, eq. 7
    cispo                 -stopgrad(clip(r)) * A * lp        MiniMax-M1 2025, arXiv:2506.13585, eq. 4

Names, sums (never means) and thresholds are those of the Tinker API. Values are added up in float64.

Shape legend: M positions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from crucible_train.bytelm.parameters import FloatArray
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

Inputs: TypeAlias = Mapping[str, FloatArray]
"""The loss's tensors by name, each with one value per position."""
Clip: TypeAlias = tuple[float, float]
_PositionLoss: TypeAlias = Callable[[FloatArray, Inputs, Clip], tuple[FloatArray, FloatArray]]

_LOW, _HIGH = "clip_low_threshold", "clip_high_threshold"
_NO_CLIP: Clip = (0.0, math.inf)


@dataclass(frozen=True, slots=True)
class BuiltInLoss:
    """A loss by name, with its configuration."""

    name: str
    inputs: tuple[str, ...]
    """The tensors it needs besides `target_tokens`. Where the last is 0 a position contributes nothing."""
    clip: Clip
    _function: _PositionLoss

    @property
    def factor(self) -> str:
        """The tensor that multiplies each position's loss: `weights` or `advantages`."""
        return self.inputs[-1]

    def value_and_gradient(self, logprobs_M: FloatArray, inputs: Inputs) -> tuple[float, FloatArray]:
        """The loss summed over the positions, and dLoss/dlogprob at each (in the dtype of `logprobs_M`)."""
        exact = {name: values_M.astype(np.float64) for name, values_M in inputs.items()}
        values_M, gradient_M = self._function(logprobs_M.astype(np.float64), exact, self.clip)
        return float(values_M.sum()), gradient_M.astype(logprobs_M.dtype)


def built_in_loss(name: str, config: Mapping[str, Any] | None) -> Result[BuiltInLoss, SessionError]:
    """The loss called `name` under `loss_config`.

    Errors: `unsupported_loss` for a name that is not built in, a key the loss does not have, or a threshold
    that is not a finite number with 0 <= low <= high.
    """
    known = _LOSSES.get(name)
    if known is None:
        return _unsupported(f"the local backend has no loss {name!r}; it has {', '.join(_LOSSES)}")
    inputs, defaults, function = known
    thresholds = dict(zip((_LOW, _HIGH), defaults, strict=True)) if defaults is not _NO_CLIP else {}
    for key, value in (config or {}).items():
        if key not in thresholds:
            takes = f"it takes {' and '.join(thresholds)}" if thresholds else "it takes none"
            return _unsupported(f"{name} has no option {key!r}; {takes}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return _unsupported(f"{name}: {key} must be a finite number, not {value!r}")
        thresholds[key] = float(value)
    clip = (thresholds[_LOW], thresholds[_HIGH]) if thresholds else _NO_CLIP
    if not 0 <= clip[0] <= clip[1]:
        return _unsupported(f"{name}: thresholds must satisfy 0 <= low <= high, not {clip[0]} and {clip[1]}")
    return Ok(BuiltInLoss(name, inputs, clip, function))


def _unsupported(message: str) -> Err[SessionError]:
    return Err(SessionError(SessionErrorCode.UNSUPPORTED_LOSS, message))


def _cross_entropy(logprobs_M: FloatArray, inputs: Inputs, _clip: Clip) -> tuple[FloatArray, FloatArray]:
    return -inputs["weights"] * logprobs_M, -inputs["weights"]


def _importance_sampling(
    logprobs_M: FloatArray, inputs: Inputs, _clip: Clip
) -> tuple[FloatArray, FloatArray]:
    value_M = -_ratio(logprobs_M, inputs) * inputs["advantages"]
    return value_M, value_M


def _ppo(logprobs_M: FloatArray, inputs: Inputs, clip: Clip) -> tuple[FloatArray, FloatArray]:
    ratio_M, advantages_M = _ratio(logprobs_M, inputs), inputs["advantages"]
    free_M = ratio_M * advantages_M
    clipped_M = np.clip(ratio_M, *clip) * advantages_M
    # Where the clipped term is the smaller one it is a constant, and so has no gradient.
    return -np.minimum(free_M, clipped_M), np.where(free_M <= clipped_M, -free_M, 0.0)


def _cispo(logprobs_M: FloatArray, inputs: Inputs, clip: Clip) -> tuple[FloatArray, FloatArray]:
    gradient_M = -np.clip(_ratio(logprobs_M, inputs), *clip) * inputs["advantages"]
    return gradient_M * logprobs_M, gradient_M


def _ratio(logprobs_M: FloatArray, inputs: Inputs) -> FloatArray:
    return np.exp(logprobs_M - inputs["logprobs"])


_POLICY = ("logprobs", "advantages")
_LOSSES: Mapping[str, tuple[tuple[str, ...], Clip, _PositionLoss]] = {
    "cross_entropy": (("weights",), _NO_CLIP, _cross_entropy),
    "importance_sampling": (_POLICY, _NO_CLIP, _importance_sampling),
    "ppo": (_POLICY, (0.8, 1.2), _ppo),
    "cispo": (_POLICY, (0.0, 4.0), _cispo),
}
