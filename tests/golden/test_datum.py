"""Datum building and mean NLL: equal to the Elixir original's, except where that loses data."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_train.datum import (
    Chunk,
    Datum,
    DatumError,
    DatumErrorCode,
    EncodedText,
    ImageChunk,
    ModelInput,
    datum_from_model_input_weights,
)
from crucible_train.loops.supervised.metrics import NllErrorCode, mean_nll
from crucible_train.result import Err, Ok, Result
from tests.support.golden import SOURCES, golden_rows


def chunk(wire: dict[str, Any]) -> Chunk:
    if wire["type"] == "image":
        return ImageChunk(wire["data"], wire["format"], wire["expected_tokens"])
    (text,) = ModelInput.from_tokens(wire["tokens"]).chunks
    return text


def build(row: dict[str, Any]) -> Result[Datum, DatumError]:
    model_input = ModelInput(tuple(chunk(wire) for wire in row["chunks"]))
    return datum_from_model_input_weights(model_input, row["weights"], row["max_length"])


def rows_of(source: str, name: str, function: str) -> list[dict[str, Any]]:
    rows = [row for row in golden_rows(source, name) if row["fn"] == function]
    assert rows
    return rows


@pytest.mark.parametrize("source", SOURCES)
def test_datums_are_the_originals(source: str) -> None:
    for row in rows_of(source, "datum.jsonl", "datum_from_model_input_weights"):
        built = build(row)
        assert isinstance(built, Ok), row
        assert built.value.to_json() == row["output"]


@pytest.mark.parametrize("source", SOURCES)
def test_mean_nll_is_the_originals(source: str) -> None:
    for row in rows_of(source, "datum.jsonl", "compute_mean_nll"):
        # The order of a sum is not part of the definition: the last bits may differ.
        mean = mean_nll(row["logprobs"], row["weights"]).unwrap()
        assert mean == pytest.approx(row["output"], rel=1e-14, abs=0.0)


REFUSED = {
    "too_short": DatumErrorCode.TOO_SHORT,
    "no_chunks": DatumErrorCode.TOO_SHORT,
    "only_image": DatumErrorCode.TOO_SHORT,
    "image_only_after_truncation": DatumErrorCode.TOO_SHORT,
    "random": DatumErrorCode.TOO_SHORT,
    "negative_max_length": DatumErrorCode.BAD_MAX_LENGTH,
    # The original trains on fewer targets than inputs here, or drops weights.
    "weights_too_short": DatumErrorCode.WEIGHTS_MISMATCH,
    "weights_too_long": DatumErrorCode.WEIGHTS_MISMATCH,
    "weights_empty": DatumErrorCode.WEIGHTS_MISMATCH,
}
AS_THE_ORIGINAL = {"truncated_into_image", "single_token_after_image"}


@pytest.mark.parametrize("source", SOURCES)
def test_every_datum_quirk_is_decided(source: str) -> None:
    for row in rows_of(source, "datum_quirks.jsonl", "datum_from_model_input_weights"):
        built, tag = build(row), row["tag"]
        if tag == "empty_last_chunk":
            # The original keeps the last token as an input without a target. We drop the empty chunk first.
            assert isinstance(built, Ok)
            tokens = row["chunks"][0]["tokens"]
            (text,) = built.value.model_input.chunks
            assert isinstance(text, EncodedText)
            assert text.tokens.tolist() == tokens[:-1]
            assert built.value.target_tokens_N.tolist() == tokens[1:]
        elif tag in AS_THE_ORIGINAL:
            assert isinstance(built, Ok)
            assert built.value.to_json() == row["output"]
        else:
            assert isinstance(built, Err), row
            below_one = row["max_length"] is not None and row["max_length"] < 1
            assert built.error.code is (DatumErrorCode.BAD_MAX_LENGTH if below_one else REFUSED[tag])


NLL_DECISIONS: dict[str, NllErrorCode | float] = {
    # NaN in the original.
    "empty": NllErrorCode.NO_WEIGHT,
    "zero_weights": NllErrorCode.NO_WEIGHT,
    "zero_int_weights": NllErrorCode.NO_WEIGHT,
    "weights_cancel": NllErrorCode.NO_WEIGHT,
    # Cut to the shorter one in the original.
    "ragged_weights_longer": NllErrorCode.LENGTH_MISMATCH,
    "ragged_logprobs_longer": NllErrorCode.LENGTH_MISMATCH,
    "fewer_weight_rows": NllErrorCode.LENGTH_MISMATCH,
    # Weights may be negative: the formula stands.
    "negative_weights": 0.5554338774328116,
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_mean_nll_quirk_is_decided(source: str) -> None:
    rows = rows_of(source, "datum_quirks.jsonl", "compute_mean_nll")
    assert {row["tag"] for row in rows} == set(NLL_DECISIONS)
    for row in rows:
        decision = NLL_DECISIONS[row["tag"]]
        match mean_nll(row["logprobs"], row["weights"]):
            case Ok(value):
                assert value == pytest.approx(decision, rel=1e-14, abs=0.0)
            case Err(error):
                assert error.code is decision
