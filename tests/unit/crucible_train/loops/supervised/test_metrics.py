from __future__ import annotations

import math

import numpy as np
import pytest

from crucible_train.loops.supervised.metrics import (
    NllError,
    NllErrorCode,
    NllSum,
    bits_per_byte,
    mean_nll,
    nll_metrics,
    nll_sum,
)
from crucible_train.result import Err, Ok
from crucible_train.session import SessionErrorCode


def test_the_mean_is_weighted() -> None:
    assert mean_nll([[-1.0, -2.0], [-4.0]], [[1.0, 0.0], [3.0]]) == Ok(13 / 4)


def test_sums_are_in_double_precision() -> None:
    row_N = np.full(100_000, -0.1, dtype=np.float32)
    total = nll_sum([row_N], [np.ones_like(row_N)]).unwrap()
    assert total == NllSum(pytest.approx(100_000 * float(np.float32(0.1)), rel=1e-12), 100_000.0)


def test_a_position_without_weight_does_not_count_whatever_it_holds() -> None:
    assert mean_nll([[-math.inf, math.nan, -2.0]], [[0.0, 0.0, 1.0]]) == Ok(2.0)


@pytest.mark.parametrize(
    ("logprobs", "weights", "code", "words"),
    [
        ([[-1.0]], [[1.0], [1.0]], NllErrorCode.LENGTH_MISMATCH, "of 1 datums for weights of 2"),
        ([[-1.0], [-1.0]], [[1.0]], NllErrorCode.LENGTH_MISMATCH, "of 2 datums for weights of 1"),
        (
            [[-1.0, -1.0]],
            [[1.0]],
            NllErrorCode.LENGTH_MISMATCH,
            "2 log-probabilities for 1 weights",
        ),
        (
            [[-1.0]],
            [[1.0, 0.0]],
            NllErrorCode.LENGTH_MISMATCH,
            "1 log-probabilities for 2 weights",
        ),
        ([], [], NllErrorCode.NO_WEIGHT, "sum to zero"),
        ([[-1.0]], [[0.0]], NllErrorCode.NO_WEIGHT, "sum to zero"),
        ([[-math.inf]], [[1.0]], NllErrorCode.NON_FINITE, "is inf"),
        ([[math.nan]], [[1.0]], NllErrorCode.NON_FINITE, "is nan"),
    ],
)
def test_what_has_no_mean_is_an_error(
    logprobs: list[list[float]], weights: list[list[float]], code: NllErrorCode, words: str
) -> None:
    result = mean_nll(logprobs, weights)
    assert isinstance(result, Err)
    assert result.error.code is code
    assert words in str(result.error)


@pytest.mark.parametrize(
    ("code", "session_code"),
    [
        (NllErrorCode.LENGTH_MISMATCH, SessionErrorCode.BACKEND_FAILED),
        (NllErrorCode.NO_WEIGHT, SessionErrorCode.BACKEND_FAILED),
        (NllErrorCode.NON_FINITE, SessionErrorCode.NON_FINITE),
    ],
)
def test_it_is_the_session_that_answered_so(code: NllErrorCode, session_code: SessionErrorCode) -> None:
    error = NllError(code, "words").as_session_error()
    assert (error.code, error.message) == (session_code, "words")


def test_bits_per_byte() -> None:
    assert bits_per_byte(8 * math.log(2), 4) == pytest.approx(2.0)
    assert bits_per_byte(1.0, 0) is None


def test_metrics_are_named_by_what_was_measured() -> None:
    total = NllSum(nats=6 * math.log(2), weight=3.0)
    assert nll_metrics("eval", total, 2) == {
        "eval_mean_nll": pytest.approx(2 * math.log(2)),
        "eval_bits_per_byte": pytest.approx(3.0),
    }
    assert nll_metrics("train", total, 0) == {"train_mean_nll": pytest.approx(2 * math.log(2))}
