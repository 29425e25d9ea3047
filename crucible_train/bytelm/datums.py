"""From datums to a packed batch: everything that can be wrong with a batch is found here, before it runs.

Shape legend: N positions of one datum, B datums, M positions of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crucible_train.bytelm.packing import PackedBatch, pack
from crucible_train.bytelm.vocabulary import VOCAB_SIZE
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from crucible_train.bytelm.losses import BuiltInLoss
    from crucible_train.bytelm.parameters import FloatArray
    from crucible_train.datum import Datum

_TARGETS = "target_tokens"


@dataclass(frozen=True, slots=True, eq=False)
class LossBatch:
    """A packed batch with the tensors of its loss, one value per position, in float32."""

    packed: PackedBatch
    inputs: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class CustomBatch:
    """A packed batch with the datums that the custom loss is called with."""

    packed: PackedBatch
    data: tuple[Datum, ...]
    weights_M: NDArray[np.float32]
    """How much each target counts in metrics: its weight, or 1 in a datum that carries none."""


def pack_for_loss(
    data: Sequence[Datum], loss: BuiltInLoss, context_length: int
) -> Result[LossBatch, SessionError]:
    """The batch of a built-in loss.

    Errors: `invalid_datum` for an empty batch, a datum without positions, images, tokens outside the
    vocabulary, and tensors that are missing, not used by the loss, of another length than N or (targets) not
    integers; `non_finite` for a NaN or infinite number in a tensor. Messages name the datum.
    """
    needed = (_TARGETS, *loss.inputs)
    for index, datum in enumerate(data):
        for name in datum.loss_fn_inputs:
            if name not in needed:
                return _invalid(index, f"{loss.name} does not use {name!r}: leave it out")
    match _pack_targets(data, context_length):
        case Err() as failed:
            return failed
        case Ok(packed):
            pass
    inputs: dict[str, NDArray[np.float32]] = {}
    for name in loss.inputs:
        values: list[NDArray[np.float32]] = []
        for index, datum in enumerate(data):
            match _values_N(datum, name):
                case str(problem):
                    return _invalid(index, problem)
                case array_N:
                    values.append(array_N)
        inputs[name] = np.concatenate(values)
        finite_M = np.isfinite(inputs[name])
        if not finite_M.all():
            index = int(np.searchsorted(np.cumsum(packed.lengths_B), np.argmin(finite_M), side="right"))
            message = f"datum {index}: {name} holds a number that is NaN or infinite"
            return Err(SessionError(SessionErrorCode.NON_FINITE, message))
    return Ok(LossBatch(packed, inputs))


def pack_for_custom(data: Sequence[Datum], context_length: int) -> Result[CustomBatch, SessionError]:
    """The batch of a custom loss, which may use tensors of any name and shape; `weights` has length N.

    Errors: `invalid_datum`.
    """
    match _pack_targets(data, context_length):
        case Err() as failed:
            return failed
        case Ok(packed):
            pass
    weights: list[NDArray[np.float32]] = []
    for index, (datum, length) in enumerate(zip(data, packed.lengths_B, strict=True)):
        match (
            _values_N(datum, "weights") if "weights" in datum.loss_fn_inputs else np.ones(length, np.float32)
        ):
            case str(problem):
                return _invalid(index, problem)
            case weights_N:
                weights.append(weights_N)
    return Ok(CustomBatch(packed, tuple(data), np.concatenate(weights)))


def _pack_targets(data: Sequence[Datum], context_length: int) -> Result[PackedBatch, SessionError]:
    if not data:
        return Err(SessionError(SessionErrorCode.INVALID_DATUM, "the batch has no datums"))
    inputs: list[NDArray[np.int64]] = []
    targets: list[NDArray[np.int64]] = []
    for index, datum in enumerate(data):
        if datum.model_input.has_images:
            return _invalid(index, "the local backend reads text only, and the model input holds an image")
        tokens_N = datum.model_input.tokens_N()
        if tokens_N.size == 0:
            return _invalid(index, "the model input has no positions")
        problem = _tokens_problem("model input", tokens_N)
        if problem is None:
            match _targets_N(datum, len(tokens_N)):
                case str(found):
                    problem = found
                case targets_N:
                    problem = _tokens_problem(_TARGETS, targets_N)
                    targets.append(targets_N)
        if problem is not None:
            return _invalid(index, problem)
        inputs.append(tokens_N)
    return Ok(pack(inputs, targets, context_length))


def check_tokens(tokens: Sequence[int], what: str) -> SessionError | None:
    """Why the model cannot read `tokens` (`invalid_datum`: none, or outside the vocabulary), or `None`."""
    tokens_N = np.asarray(tokens)
    if tokens_N.size == 0:
        return SessionError(SessionErrorCode.INVALID_DATUM, f"{what} is empty")
    if tokens_N.dtype.kind not in "iu" or tokens_N.ndim != 1:
        return SessionError(SessionErrorCode.INVALID_DATUM, f"{what} must be a list of integer token ids")
    problem = _tokens_problem(what, tokens_N)
    return None if problem is None else SessionError(SessionErrorCode.INVALID_DATUM, problem)


def custom_gradient(
    packed: PackedBatch, gradients: Sequence[FloatArray]
) -> Result[NDArray[np.float32], SessionError]:
    """A custom loss's gradients, laid end to end. Errors: `unsupported_loss` when counts or shapes differ."""
    if len(gradients) != len(packed.lengths_B):
        message = f"the custom loss returned {len(gradients)} gradients for {len(packed.lengths_B)} datums"
        return Err(SessionError(SessionErrorCode.UNSUPPORTED_LOSS, message))
    arrays = [np.asarray(gradient, dtype=np.float32) for gradient in gradients]
    for index, (array, length) in enumerate(zip(arrays, packed.lengths_B, strict=True)):
        if array.shape != (length,):
            message = (
                f"datum {index}: the custom loss returned a gradient of shape {array.shape}, not ({length},)"
            )
            return Err(SessionError(SessionErrorCode.UNSUPPORTED_LOSS, message))
    return Ok(np.concatenate(arrays))


def _invalid(index: int, problem: str) -> Err[SessionError]:
    return Err(SessionError(SessionErrorCode.INVALID_DATUM, f"datum {index}: {problem}"))


def _targets_N(datum: Datum, length: int) -> NDArray[np.int64] | str:
    tensor = datum.loss_fn_inputs.get(_TARGETS)
    if tensor is None:
        return f"{_TARGETS} is missing"
    if tensor.array.dtype.kind not in "iu":
        return f"{_TARGETS} must be integers, not {tensor.array.dtype}"
    return _shape_problem(_TARGETS, tensor.array.shape, length) or datum.target_tokens_N


def _values_N(datum: Datum, name: str) -> NDArray[np.float32] | str:
    tensor = datum.loss_fn_inputs.get(name)
    if tensor is None:
        return f"{name} is missing"
    problem = _shape_problem(name, tensor.array.shape, datum.model_input.length)
    return problem or tensor.array.astype(np.float32)


def _shape_problem(name: str, shape: tuple[int, ...], length: int) -> str | None:
    if shape == (length,):
        return None
    return f"{name} has shape {shape}, and the model input has {length} positions"


def _tokens_problem(name: str, tokens_N: NDArray[np.int64]) -> str | None:
    low, high = int(tokens_N.min()), int(tokens_N.max())
    if low >= 0 and high < VOCAB_SIZE:
        return None
    return f"{name} holds token {low if low < 0 else high}, outside the vocabulary of {VOCAB_SIZE}"
