"""The optimizers: against formulas written out step by step, and refusing what they cannot honour."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.optimizer import Optimizer, StepSettings, check_step
from crucible_train.bytelm.parameters import Parameters
from crucible_train.result import Err
from crucible_train.session import AdamParams, SessionErrorCode

if TYPE_CHECKING:
    from crucible_train.bytelm.optimizer import OptimizerName

TINY = Architecture(context_length=1, embedding_dim=1, hidden_dim=2)
ADAM = AdamParams(learning_rate=0.1, beta1=0.9, beta2=0.95, eps=1e-8)
PLAIN = AdamParams(learning_rate=0.1)


def start() -> Parameters:
    parameters = Parameters.zeros(TINY)
    parameters.values[...] = np.random.default_rng(0).standard_normal(parameters.values.size)
    return parameters


def gradients(count: int) -> list[np.ndarray]:
    size = Parameters.zeros(TINY).values.size
    random = np.random.default_rng(1)
    return [random.standard_normal(size).astype(np.float32) for _ in range(count)]


def run(settings: StepSettings, params: AdamParams, steps: int = 3) -> np.ndarray:
    parameters, optimizer = start(), Optimizer(TINY, settings)
    for gradient in gradients(steps):
        optimizer.step(parameters, gradient, params).unwrap()
    assert optimizer.num_steps == steps
    return parameters.values


def adam_by_hand(weight_decay: float = 0.0, *, decoupled: bool = False) -> np.ndarray:
    values = start().values.astype(np.float64)
    decays = start().decayed() * weight_decay
    first, second = np.zeros_like(values), np.zeros_like(values)
    for step, gradient in enumerate(gradients(3), start=1):
        penalized = gradient + (0 if decoupled else decays * values)
        first = 0.9 * first + 0.1 * penalized
        second = 0.95 * second + 0.05 * penalized**2
        corrected = first / (1 - 0.9**step), second / (1 - 0.95**step)
        direction = corrected[0] / (np.sqrt(corrected[1]) + 1e-8)
        values = values - 0.1 * (direction + (decays * values if decoupled else 0))
    return values


def test_adam_is_bias_corrected() -> None:
    np.testing.assert_allclose(run(StepSettings("adam"), ADAM), adam_by_hand(), rtol=2e-5, atol=1e-6)


def test_adamw_decays_weights_apart_from_the_gradient() -> None:
    expected = adam_by_hand(0.3, decoupled=True)
    np.testing.assert_allclose(run(StepSettings("adamw", 0.3), ADAM), expected, rtol=2e-5, atol=1e-6)


def test_adam_takes_weight_decay_as_an_l2_penalty() -> None:
    np.testing.assert_allclose(run(StepSettings("adam", 0.3), ADAM), adam_by_hand(0.3), rtol=2e-5, atol=1e-6)


def test_sgd_goes_down_the_gradient_with_an_l2_penalty() -> None:
    values, decays = start().values.astype(np.float64), start().decayed() * 0.3
    for gradient in gradients(3):
        values = values - 0.1 * (gradient + decays * values)
    np.testing.assert_allclose(run(StepSettings("sgd", 0.3), PLAIN), values, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_a_step_overrides_the_weight_decay_of_the_session(name: OptimizerName) -> None:
    overridden = run(StepSettings(name, 0.5), replace(PLAIN, weight_decay=0.25))
    np.testing.assert_array_equal(overridden, run(StepSettings(name, 0.25), PLAIN))
    assert not np.array_equal(overridden, run(StepSettings(name, 0.5), PLAIN))
    off = run(StepSettings(name, 0.5), replace(PLAIN, weight_decay=0.0))
    np.testing.assert_array_equal(off, run(StepSettings(name), PLAIN))


def test_a_large_gradient_is_scaled_to_the_limit_and_its_norm_reported_before_that() -> None:
    gradient = gradients(1)[0]
    norm = float(np.linalg.norm(gradient.astype(np.float64)))
    for settings, params in (
        (StepSettings("sgd", grad_clip_norm=norm / 4), PLAIN),
        (StepSettings("sgd", grad_clip_norm=7.0), replace(PLAIN, grad_clip_norm=norm / 4)),
    ):
        parameters = start()
        output = Optimizer(TINY, settings).step(parameters, gradient, params).unwrap()
        assert output.grad_norm == pytest.approx(norm, rel=1e-6)
        np.testing.assert_allclose(
            parameters.values, start().values - 0.1 * gradient / 4, rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("limit", [0.0, 1e9])
def test_clipping_leaves_a_smaller_gradient_alone_and_zero_turns_it_off(limit: float) -> None:
    clipped = run(StepSettings("sgd", grad_clip_norm=0.01), replace(PLAIN, grad_clip_norm=limit))
    np.testing.assert_array_equal(clipped, run(StepSettings("sgd"), PLAIN))


def test_the_norm_of_a_huge_gradient_does_not_overflow() -> None:
    gradient = np.full(start().values.size, 1e30, dtype=np.float32)
    output = Optimizer(TINY, StepSettings("sgd")).step(start(), gradient, replace(PLAIN, learning_rate=1e-30))
    assert output.unwrap().grad_norm == pytest.approx(1e30 * math.sqrt(gradient.size), rel=1e-6)


@pytest.mark.parametrize(
    ("value", "params"),
    [
        (float("nan"), PLAIN),
        (float("inf"), PLAIN),
        (1e30, PLAIN),  # its square, the second moment, is beyond float32
        (1.0, replace(PLAIN, learning_rate=1e39)),
    ],
)
def test_a_step_that_would_not_be_finite_changes_nothing(value: float, params: AdamParams) -> None:
    parameters, optimizer = start(), Optimizer(TINY, StepSettings("adam"))
    optimizer.step(parameters, gradients(1)[0], PLAIN).unwrap()
    before = parameters.values.copy(), {name: m.values.copy() for name, m in optimizer.moments.items()}
    gradient = np.full(parameters.values.size, value, dtype=np.float32)
    with np.errstate(all="ignore"):
        outcome = optimizer.step(parameters, gradient, params)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.NON_FINITE
    np.testing.assert_array_equal(parameters.values, before[0])
    for name, moment in optimizer.moments.items():
        np.testing.assert_array_equal(moment.values, before[1][name])
    assert optimizer.num_steps == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"learning_rate": -1.0}, "learning_rate must be 0 or more"),
        ({"learning_rate": math.nan}, "learning_rate must be 0 or more"),
        ({"learning_rate": math.inf}, "learning_rate must be finite"),
        ({"beta1": 1.0}, "beta1 must be in [0, 1)"),
        ({"beta2": -0.1}, "beta2 must be in [0, 1)"),
        ({"eps": 0.0}, "eps must be above 0"),
        ({"weight_decay": -0.1}, "weight_decay must be 0 or more"),
        ({"weight_decay": math.inf}, "weight_decay must be finite"),
        ({"grad_clip_norm": -1.0}, "grad_clip_norm must be 0 (no clipping) or more"),
        ({"grad_clip_norm": math.inf}, "grad_clip_norm must be finite"),
    ],
)
def test_parameters_out_of_range_are_refused(wrong: dict[str, float], message: str) -> None:
    problem = check_step(replace(PLAIN, **wrong), "adam")
    assert problem is not None
    assert problem.code is SessionErrorCode.UNSUPPORTED_CONFIG
    assert problem.message == message


def test_all_problems_are_reported_together() -> None:
    problem = check_step(replace(PLAIN, learning_rate=-1, eps=-1), "adam")
    assert problem is not None
    assert problem.message == "learning_rate must be 0 or more; eps must be above 0"


def test_sgd_refuses_settings_it_would_ignore() -> None:
    problem = check_step(replace(PLAIN, beta1=0.8, eps=1e-6), "sgd")
    assert problem is not None
    assert problem.message == "sgd has no beta1: it cannot honour 0.8; sgd has no eps: it cannot honour 1e-06"
    assert check_step(PLAIN, "sgd") is None
    assert check_step(replace(PLAIN, beta1=0.8), "adamw") is None
