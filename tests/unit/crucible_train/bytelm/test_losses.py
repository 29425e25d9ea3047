"""The built-in losses: values by hand, gradients by differences, and options by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from crucible_train.bytelm.losses import BuiltInLoss, built_in_loss
from crucible_train.result import Err
from crucible_train.session import SessionErrorCode


def policy(logprobs: list[float], ratios: list[float], advantages: list[float]) -> dict[str, Any]:
    old = np.array(logprobs) - np.log(ratios)
    return {"logprobs": old, "advantages": np.array(advantages)}


def loss(name: str, config: dict[str, Any] | None = None) -> BuiltInLoss:
    return built_in_loss(name, config).unwrap()


LOGPROBS = [-1.0, -2.0, -0.5, -3.0, -1.5]
INPUTS = policy(LOGPROBS, [0.5, 0.5, 1.1, 2.0, 2.0], [1.0, -1.0, 2.0, 1.0, -1.0])


def test_cross_entropy_is_a_weighted_sum() -> None:
    weights = np.array([1.0, 0.0, -2.0, 0.5, 1.0])
    value, gradient = loss("cross_entropy").value_and_gradient(np.array(LOGPROBS), {"weights": weights})
    assert value == pytest.approx(1.0 - 1.0 + 1.5 + 1.5)
    np.testing.assert_array_equal(gradient, -weights)


def test_importance_sampling_weighs_advantages_with_the_ratio() -> None:
    value, gradient = loss("importance_sampling").value_and_gradient(np.array(LOGPROBS), INPUTS)
    assert value == pytest.approx(-(0.5 - 0.5 + 2.2 + 2.0 - 2.0))
    np.testing.assert_allclose(gradient, [-0.5, 0.5, -2.2, -2.0, 2.0])


def test_ppo_takes_the_smaller_of_free_and_clipped() -> None:
    value, gradient = loss("ppo").value_and_gradient(np.array(LOGPROBS), INPUTS)
    # Clipped where that is worse: a low ratio of a bad action, a high ratio of a good one.
    assert value == pytest.approx(-(0.5 - 0.8 + 2.2 + 1.2 - 2.0))
    np.testing.assert_allclose(gradient, [-0.5, 0.0, -2.2, 0.0, 2.0])


def test_cispo_clips_the_ratio_and_keeps_the_gradient() -> None:
    config = {"clip_low_threshold": 0.9, "clip_high_threshold": 1.5}
    value, gradient = loss("cispo", config).value_and_gradient(np.array(LOGPROBS), INPUTS)
    clipped = np.array([0.9, 0.9, 1.1, 1.5, 1.5]) * INPUTS["advantages"]
    assert value == pytest.approx(-(clipped @ LOGPROBS))
    np.testing.assert_allclose(gradient, -clipped)


@pytest.mark.parametrize(
    ("name", "clip"),
    [("ppo", (0.8, 1.2)), ("cispo", (0.0, 4.0)), ("cross_entropy", (0.0, math.inf))],
)
def test_thresholds_have_the_defaults_of_the_tinker_api(name: str, clip: tuple[float, float]) -> None:
    assert loss(name).clip == clip


def test_a_threshold_given_replaces_only_itself() -> None:
    assert loss("ppo", {"clip_high_threshold": 2}).clip == (0.8, 2.0)


@pytest.mark.parametrize("name", ["importance_sampling", "ppo"])
def test_the_gradient_is_that_of_the_value(name: str) -> None:
    step = 1e-6
    for index in range(len(LOGPROBS)):
        sides: list[float] = []
        for sign in (1, -1):
            moved = np.array(LOGPROBS)
            moved[index] += sign * step
            sides.append(loss(name).value_and_gradient(moved, INPUTS)[0])
        gradient = loss(name).value_and_gradient(np.array(LOGPROBS), INPUTS)[1]
        assert gradient[index] == pytest.approx((sides[0] - sides[1]) / (2 * step), abs=1e-7)


def test_values_are_added_up_exactly_and_gradients_keep_the_dtype() -> None:
    logprobs = np.full(100_000, -0.1, dtype=np.float32)
    weights = np.ones(100_000, dtype=np.float32)
    value, gradient = loss("cross_entropy").value_and_gradient(logprobs, {"weights": weights})
    assert value == pytest.approx(1e5 * float(np.float32(0.1)), rel=1e-12)
    assert gradient.dtype == np.float32


@pytest.mark.parametrize(
    ("name", "config", "message"),
    [
        ("dro", None, "no loss 'dro'; it has cross_entropy, importance_sampling, ppo, cispo"),
        ("crossentropy", None, "no loss 'crossentropy'"),
        ("cross_entropy", {"beta": 1}, "cross_entropy has no option 'beta'; it takes none"),
        ("importance_sampling", {"clip_low_threshold": 0.5}, "it takes none"),
        ("ppo", {"clip_low": 0.5}, "it takes clip_low_threshold and clip_high_threshold"),
        ("ppo", {"clip_low_threshold": "0.5"}, "must be a finite number, not '0.5'"),
        ("ppo", {"clip_low_threshold": True}, "must be a finite number, not True"),
        ("ppo", {"clip_high_threshold": math.inf}, "must be a finite number, not inf"),
        ("ppo", {"clip_low_threshold": 1.5}, "0 <= low <= high, not 1.5 and 1.2"),
        ("cispo", {"clip_low_threshold": -0.1}, "0 <= low <= high, not -0.1 and 4.0"),
    ],
)
def test_what_a_loss_does_not_have_is_refused(name: str, config: dict[str, Any], message: str) -> None:
    outcome = built_in_loss(name, config)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.UNSUPPORTED_LOSS
    assert message in outcome.error.message
