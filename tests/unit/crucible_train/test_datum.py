from __future__ import annotations

import json

import numpy as np
import pytest

from crucible_train.datum import (
    Datum,
    DatumErrorCode,
    EncodedText,
    ImageChunk,
    ModelInput,
    TensorData,
    datum_from_model_input_weights,
)
from crucible_train.result import Err, Ok

IMAGE = ImageChunk("aW1n", "png", 3)


def text(*tokens: int) -> EncodedText:
    return EncodedText(np.array(tokens, dtype=np.int64))


def build(
    *chunks: EncodedText | ImageChunk, max_length: int | None = None, weights: list[float] | None = None
) -> Datum:
    model_input = ModelInput(tuple(chunks))
    given = [1.0] * model_input.length if weights is None else weights
    return datum_from_model_input_weights(model_input, given, max_length).unwrap()


def code(
    *chunks: EncodedText | ImageChunk, max_length: int | None = None, num_weights: int
) -> DatumErrorCode:
    built = datum_from_model_input_weights(ModelInput(tuple(chunks)), [1.0] * num_weights, max_length)
    assert isinstance(built, Err)
    assert str(built.error) == built.error.message
    return built.error.code


def test_each_token_predicts_the_next_with_the_weight_of_that_next_one() -> None:
    datum = build(text(5, 6, 7), weights=[0.1, 0.2, 0.3])
    assert datum.model_input.tokens_N().tolist() == [5, 6]
    assert datum.target_tokens_N.tolist() == [6, 7]
    assert datum.weights_N.tolist() == pytest.approx([0.2, 0.3])
    assert datum.weights_N.dtype == np.float32
    assert datum.target_tokens_N.dtype == np.int64


def test_the_wire_form_is_json_with_short_floats() -> None:
    wire = build(IMAGE, text(5, 6), weights=[0, 0, 0, 0.1, 0.2]).to_json()
    assert json.loads(json.dumps(wire)) == {
        "model_input": {
            "chunks": [
                {"type": "image", "data": "aW1n", "format": "png", "expected_tokens": 3},
                {"type": "encoded_text", "tokens": [5]},
            ]
        },
        "loss_fn_inputs": {
            "target_tokens": {"data": [0, 0, 5, 6], "dtype": "int64", "shape": [4]},
            "weights": {"data": [0.0, 0.0, 0.1, 0.2], "dtype": "float32", "shape": [4]},
        },
    }


def test_an_image_stands_for_its_positions() -> None:
    model_input = ModelInput((text(1), IMAGE, text(2, 3)))
    assert model_input.length == 6
    assert model_input.has_images
    assert model_input.tokens_N().tolist() == [1, 0, 0, 0, 2, 3]
    assert not ModelInput.from_tokens([1]).has_images
    assert ModelInput(()).tokens_N().tolist() == []


def test_text_is_cut_on_the_right() -> None:
    datum = build(text(1, 2, 3), text(4, 5, 6), max_length=5)
    assert datum.target_tokens_N.tolist() == [2, 3, 4, 5]


def test_a_cut_at_the_edge_of_a_chunk_leaves_no_empty_one() -> None:
    datum = build(text(1, 2), text(3), text(4, 5), max_length=3)
    assert [chunk.length for chunk in datum.model_input.chunks] == [2]


def test_an_image_that_does_not_fit_goes_with_what_follows() -> None:
    datum = build(text(1, 2), IMAGE, text(3, 4), max_length=4)
    assert datum.target_tokens_N.tolist() == [2]


def test_images_at_the_end_predict_nothing() -> None:
    assert build(text(1, 2), IMAGE, IMAGE).target_tokens_N.tolist() == [2]


def test_empty_chunks_do_not_count() -> None:
    datum = build(text(), text(1, 2), text(), text(3), text())
    assert datum.target_tokens_N.tolist() == [2, 3]
    assert [chunk.length for chunk in datum.model_input.chunks] == [2]


def test_max_length_beyond_the_end_changes_nothing() -> None:
    assert build(text(1, 2), max_length=9).to_json() == build(text(1, 2)).to_json()


def test_what_cannot_be_a_datum_is_refused() -> None:
    assert code(text(1), num_weights=1) is DatumErrorCode.TOO_SHORT
    assert code(text(1, 2), max_length=1, num_weights=2) is DatumErrorCode.TOO_SHORT
    assert code(IMAGE, num_weights=3) is DatumErrorCode.TOO_SHORT
    assert code(text(1, 2), max_length=0, num_weights=2) is DatumErrorCode.BAD_MAX_LENGTH
    assert code(text(1, 2), num_weights=1) is DatumErrorCode.WEIGHTS_MISMATCH
    assert code(text(1, 2), num_weights=3) is DatumErrorCode.WEIGHTS_MISMATCH


def test_the_given_arrays_are_not_changed() -> None:
    tokens, weights = np.array([1, 2, 3]), np.array([0.5, 0.5, 0.5], dtype=np.float32)
    built = datum_from_model_input_weights(ModelInput.from_tokens(tokens), weights, 2)
    assert isinstance(built, Ok)
    assert tokens.tolist() == [1, 2, 3]
    assert weights.tolist() == [0.5, 0.5, 0.5]


def test_tensors_know_their_dtype() -> None:
    assert TensorData.int64([1]).dtype == "int64"
    assert TensorData.float32([1]).dtype == "float32"
    assert TensorData.float32([0.1]).to_json()["data"] == [0.1]
