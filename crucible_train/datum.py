"""`Datum`: what one training step eats. Names and layout follow the Tinker API.

Shape legend
    N   positions of one datum: its model input has N tokens, each predicting the next
    N1  N + 1, the positions of the sequence a datum is made from
    B   datums in a batch

For a text of N + 1 tokens: input = all but the last token, `target_tokens_N` = all but the first,
`weights_N` = the per-token weights shifted with the targets. Cross-entropy is the *sum*
`L = sum(-logprob * weight)`; a mean is made by scaling the weights. Image chunks stand for a number of
positions each and have target token 0 there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

from crucible_train.result import Err, Ok, Result

DType: TypeAlias = Literal["int64", "float32"]


@dataclass(frozen=True, slots=True, eq=False)
class TensorData:
    """A dense array of `int64` or `float32`, with the wire form `{"data", "dtype", "shape"}`."""

    array: NDArray[np.int64] | NDArray[np.float32]

    @property
    def dtype(self) -> DType:
        """The element type, as its wire name."""
        return "int64" if self.array.dtype.kind == "i" else "float32"

    @classmethod
    def int64(cls, values: Sequence[int] | NDArray[Any]) -> TensorData:
        """Token ids and other integers."""
        return cls(np.asarray(values, dtype=np.int64))

    @classmethod
    def float32(cls, values: Sequence[float] | NDArray[Any]) -> TensorData:
        """Weights, log-probabilities, advantages."""
        return cls(np.asarray(values, dtype=np.float32))

    def to_json(self) -> dict[str, Any]:
        """The wire form. A float32 is written with the fewest digits that read back as the same float32."""
        flat = self.array.reshape(-1)
        data = flat.tolist() if self.dtype == "int64" else [float(str(value)) for value in flat]
        return {"data": data, "dtype": self.dtype, "shape": list(self.array.shape)}


@dataclass(frozen=True, slots=True, eq=False)
class EncodedText:
    """Tokens of text."""

    tokens: NDArray[np.int64]

    @property
    def length(self) -> int:
        """Positions this chunk takes."""
        return len(self.tokens)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {"type": "encoded_text", "tokens": self.tokens.tolist()}


@dataclass(frozen=True, slots=True)
class ImageChunk:
    """An encoded image (`data` is base64) that stands for `expected_tokens` positions."""

    data: str
    format: str
    expected_tokens: int

    @property
    def length(self) -> int:
        """Positions this chunk takes."""
        return self.expected_tokens

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "type": "image",
            "data": self.data,
            "format": self.format,
            "expected_tokens": self.expected_tokens,
        }


Chunk: TypeAlias = EncodedText | ImageChunk


@dataclass(frozen=True, slots=True, eq=False)
class ModelInput:
    """A model's input: chunks in order."""

    chunks: tuple[Chunk, ...]

    @classmethod
    def from_tokens(cls, tokens: Sequence[int] | NDArray[Any]) -> ModelInput:
        """Text only."""
        return cls((EncodedText(np.asarray(tokens, dtype=np.int64)),))

    @property
    def length(self) -> int:
        """Positions of all chunks (N)."""
        return sum(chunk.length for chunk in self.chunks)

    def tokens_N(self) -> NDArray[np.int64]:
        """Token ids, 0 at image positions."""
        parts = [
            chunk.tokens if isinstance(chunk, EncodedText) else np.zeros(chunk.length, dtype=np.int64)
            for chunk in self.chunks
        ]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    @property
    def has_images(self) -> bool:
        """Whether any chunk is an image."""
        return any(isinstance(chunk, ImageChunk) for chunk in self.chunks)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {"chunks": [chunk.to_json() for chunk in self.chunks]}


@dataclass(frozen=True, slots=True, eq=False)
class Datum:
    """One sequence: its input, and per-position tensors for the loss (`target_tokens`, `weights`, ...)."""

    model_input: ModelInput
    loss_fn_inputs: Mapping[str, TensorData] = field(default_factory=dict[str, TensorData])

    @property
    def target_tokens_N(self) -> NDArray[np.int64]:
        """The token each position should predict."""
        return self.loss_fn_inputs["target_tokens"].array.astype(np.int64, copy=False)

    @property
    def weights_N(self) -> NDArray[np.float32]:
        """How much each position counts; may be negative."""
        return self.loss_fn_inputs["weights"].array.astype(np.float32, copy=False)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "model_input": self.model_input.to_json(),
            "loss_fn_inputs": {name: tensor.to_json() for name, tensor in self.loss_fn_inputs.items()},
        }


class DatumErrorCode(StrEnum):
    """Why a datum cannot be built."""

    TOO_SHORT = "too_short"
    """Fewer than two positions, or no text, are left after truncation."""
    WEIGHTS_MISMATCH = "weights_mismatch"
    """`weights` does not have one value per position."""
    BAD_MAX_LENGTH = "bad_max_length"
    """`max_length` is below 1."""


@dataclass(frozen=True, slots=True)
class DatumError:
    """Why a datum cannot be built, in words."""

    code: DatumErrorCode
    message: str

    def __str__(self) -> str:
        return self.message


def datum_from_model_input_weights(
    model_input: ModelInput,
    weights: Sequence[float] | NDArray[Any],
    max_length: int | None = None,
) -> Result[Datum, DatumError]:
    """The datum that trains on a sequence: every position predicts the next.

    `weights` has one value per position of `model_input`; its first one has no prediction to weigh and is
    dropped. More than `max_length` positions are truncated from the right: text is cut, an image that does
    not fit whole is dropped with all that follows, and images that then end the sequence are dropped, as
    nothing is predicted after them.

    Errors: `bad_max_length`, `weights_mismatch`, `too_short`.
    Source: the Tinker API's cookbook (datum_from_model_input_weights).
    """
    if max_length is not None and max_length < 1:
        return Err(DatumError(DatumErrorCode.BAD_MAX_LENGTH, f"max_length {max_length} is below 1"))
    length = model_input.length
    if len(weights) != length:
        message = f"{len(weights)} weights for {length} positions"
        return Err(DatumError(DatumErrorCode.WEIGHTS_MISMATCH, message))

    chunks = _without_trailing_images(_truncated(model_input.chunks, max_length))
    kept = ModelInput(tuple(chunks))
    if kept.length < 2:
        message = f"{kept.length} of {length} positions left to train on; predicting needs 2"
        return Err(DatumError(DatumErrorCode.TOO_SHORT, message))

    tokens_N1 = kept.tokens_N()
    weights_N1 = np.asarray(weights, dtype=np.float32)[: kept.length]
    last = chunks[-1]
    assert isinstance(last, EncodedText)
    inputs = [*chunks[:-1], EncodedText(last.tokens[:-1])] if last.length > 1 else chunks[:-1]
    return Ok(
        Datum(
            ModelInput(tuple(inputs)),
            {"target_tokens": TensorData.int64(tokens_N1[1:]), "weights": TensorData.float32(weights_N1[1:])},
        )
    )


def _truncated(chunks: Sequence[Chunk], max_length: int | None) -> list[Chunk]:
    """The chunks of the first `max_length` positions, without empty ones."""
    kept: list[Chunk] = []
    room = sum(chunk.length for chunk in chunks) if max_length is None else max_length
    for chunk in chunks:
        if chunk.length > room:
            if isinstance(chunk, EncodedText) and room > 0:
                kept.append(EncodedText(chunk.tokens[:room]))
            break
        if chunk.length > 0:
            kept.append(chunk)
        room -= chunk.length
    return kept


def _without_trailing_images(chunks: list[Chunk]) -> list[Chunk]:
    end = len(chunks)
    while end > 0 and isinstance(chunks[end - 1], ImageChunk):
        end -= 1
    return chunks[:end]
