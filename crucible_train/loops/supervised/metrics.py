"""Negative log-likelihood: the numbers that training and evaluation are judged by.

Shape legend: N positions of one datum, B datums in a batch, W positions with a weight that is not zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class NllErrorCode(StrEnum):
    """Why a batch has no mean negative log-likelihood."""

    LENGTH_MISMATCH = "length_mismatch"
    """There is not one log-probability per weight."""
    NO_WEIGHT = "no_weight"
    """The weights sum to zero."""
    NON_FINITE = "non_finite"
    """The sum is infinite or not a number."""


@dataclass(frozen=True, slots=True)
class NllError:
    """Why a batch has no mean negative log-likelihood, in words."""

    code: NllErrorCode
    message: str

    def __str__(self) -> str:
        return self.message

    def as_session_error(self) -> SessionError:
        """The same as a fault of the session that answered with these log-probabilities."""
        non_finite = self.code is NllErrorCode.NON_FINITE
        code = SessionErrorCode.NON_FINITE if non_finite else SessionErrorCode.BACKEND_FAILED
        return SessionError(code, self.message)


@dataclass(frozen=True, slots=True)
class NllSum:
    """-sum(logprob * weight) in nats, and the sum of the weights."""

    nats: float
    weight: float

    @property
    def mean(self) -> float:
        """Nats per unit of weight; with weights of 0 and 1, per token."""
        return self.nats / self.weight


def nll_sum(
    logprobs_BN: Sequence[Sequence[float] | NDArray[Any]],
    weights_BN: Sequence[Sequence[float] | NDArray[Any]],
) -> Result[NllSum, NllError]:
    """The weighted negative log-likelihood of a batch, summed in double precision.

    Positions of weight 0 do not count, whatever their log-probability is.

    Errors: `length_mismatch`, `no_weight`, `non_finite`.
    """
    if len(logprobs_BN) != len(weights_BN):
        message = f"log-probabilities of {len(logprobs_BN)} datums for weights of {len(weights_BN)}"
        return Err(NllError(NllErrorCode.LENGTH_MISMATCH, message))
    for row, (logprobs, weights) in enumerate(zip(logprobs_BN, weights_BN, strict=True)):
        if np.shape(logprobs) != np.shape(weights):
            message = f"{np.size(logprobs)} log-probabilities for {np.size(weights)} weights in datum {row}"
            return Err(NllError(NllErrorCode.LENGTH_MISMATCH, message))
    nats = weight = 0.0
    if len(weights_BN):
        all_weights = np.concatenate(weights_BN)
        counts = all_weights != 0.0
        weights_W = all_weights[counts]
        logprobs_W = np.concatenate(logprobs_BN)[counts]
        nats = -float(np.multiply(logprobs_W, weights_W, dtype=np.float64).sum())
        weight = float(weights_W.sum(dtype=np.float64))
    if weight == 0.0:
        return Err(NllError(NllErrorCode.NO_WEIGHT, "the weights sum to zero, so there is no mean"))
    if not math.isfinite(nats):
        return Err(NllError(NllErrorCode.NON_FINITE, f"the negative log-likelihood is {nats}"))
    return Ok(NllSum(nats, weight))


def mean_nll(
    logprobs_BN: Sequence[Sequence[float] | NDArray[Any]],
    weights_BN: Sequence[Sequence[float] | NDArray[Any]],
) -> Result[float, NllError]:
    """-sum(logprob * weight) / sum(weight) over a batch, in nats. Errors: as `nll_sum`."""
    match nll_sum(logprobs_BN, weights_BN):
        case Ok(total):
            return Ok(total.mean)
        case Err() as failed:
            return failed


def bits_per_byte(nats: float, num_bytes: int) -> float | None:
    """Nats over text of `num_bytes` UTF-8 bytes, as bits per byte; `None` for no bytes.

    It compares models whose tokenizers differ, which a mean per token cannot.
    """
    return nats / (math.log(2.0) * num_bytes) if num_bytes else None


def nll_metrics(prefix: str, total: NllSum, num_bytes: int) -> dict[str, float]:
    """`<prefix>_mean_nll`, and `<prefix>_bits_per_byte` where there are bytes."""
    bits = bits_per_byte(total.nats, num_bytes)
    metrics = {f"{prefix}_mean_nll": total.mean}
    return metrics if bits is None else {**metrics, f"{prefix}_bits_per_byte": bits}
