"""Contract of a training client: what a loss is, and what its gradient is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from crucible_train.session import CustomLossOutput
from crucible_train.testing.outcomes import expect_ok
from crucible_train.testing.training_probe import TrainingProbe, joined, negative_log_likelihood, with_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crucible_train.datum import Datum
    from crucible_train.session import CustomLoss, LossName


class GradientContract(TrainingProbe):
    """Losses are weighted sums, and gradients add up."""

    def test_the_loss_is_the_weighted_sum_of_negative_log_probabilities(self, tmp_path: Path) -> None:
        """`loss` sums `-weight * logprob` over datums and positions: no mean, and negative weights count."""
        data = [*self.batch(weight=0.5), self.datum(9, 5, weight=-2.0)]
        with self.session(tmp_path) as session:
            output = expect_ok(session.forward(data).result())
        self.assert_close(output.loss, negative_log_likelihood(data, output.logprobs).loss, "losses")

    def test_the_gradient_is_of_the_sum_and_linear_in_the_weights(self, tmp_path: Path) -> None:
        """A batch has the gradient its datums have one by one; three times the weights, three times that."""
        light, heavy = self.batch(weight=1.0), self.batch(1, weight=3.0)
        together = self.after_step(tmp_path, lambda session: [session.forward_backward([*light, *heavy])])
        apart = self.after_step(
            tmp_path, lambda session: [session.forward_backward([datum]) for datum in (*light, *heavy)]
        )
        self.assert_same_step(together, apart, "one batch against its datums one by one")

        once = self.after_step(tmp_path, lambda session: [session.forward_backward(light)])
        scaled = self.after_step(tmp_path, lambda session: [session.forward_backward(self.batch(weight=3.0))])
        if once.grad_norm is not None and scaled.grad_norm is not None:
            self.assert_close(scaled.grad_norm, 3 * once.grad_norm, "norms at three times the weights")

    def test_gradients_accumulate_until_the_step(self, tmp_path: Path) -> None:
        """A second `forward_backward` adds to the first."""
        data = self.batch()
        twice = self.after_step(
            tmp_path, lambda session: [session.forward_backward(data), session.forward_backward(data)]
        )
        doubled = self.after_step(
            tmp_path, lambda session: [session.forward_backward(self.batch(weight=2.0))]
        )
        self.assert_same_step(twice, doubled, "a batch twice against twice its weights")

    def test_negative_weights_take_a_gradient_back(self, tmp_path: Path) -> None:
        """A batch and the same batch with negated weights leave what was there before."""
        plain = self.after_step(tmp_path, lambda session: [session.forward_backward(self._ramp(1.0))])
        cancelled = self.after_step(
            tmp_path,
            lambda session: [
                session.forward_backward(data)
                for data in (self.batch(), self._ramp(1.0), self.batch(weight=-1.0))
            ],
        )
        self.assert_same_step(plain, cancelled, "a batch added and taken back")

    def test_the_sign_of_a_weight_is_the_direction_of_learning(self, tmp_path: Path) -> None:
        """A positive weight makes its target more likely, a negative one less."""
        with self.session(tmp_path) as session:
            before = self.look(session, self.batch()).mean()
        for weight in (1.0, -1.0):
            data = self.batch(weight=weight)
            after = self.after_step(tmp_path, lambda session, data=data: [session.forward_backward(data)])
            change = (after.logprobs_M.mean() - before) * weight
            assert change > 0, f"weight {weight} moved the log-probability the wrong way"

    def test_a_step_clears_the_gradient(self, tmp_path: Path) -> None:
        """A step right after a step finds no gradient."""
        with self.session(tmp_path) as session:
            expect_ok(session.forward_backward(self.batch()).result())
            first = expect_ok(session.optim_step(self.adam()).result()).grad_norm
            second = expect_ok(session.optim_step(self.adam()).result()).grad_norm
        if first is not None:
            assert first > 0, "a batch gave no gradient"
            assert second == 0, f"after a step, {second} of the gradient was left"

    def test_a_custom_loss_equals_the_built_in_one(self, tmp_path: Path) -> None:
        """Cross-entropy through `forward_backward_custom` has the built-in one's value and gradient."""
        data = self._ramp(0.5)
        built_in = self.after_step(tmp_path, lambda session: [session.forward_backward(data)])
        custom = self.after_step(
            tmp_path, lambda session: [session.forward_backward_custom(data, negative_log_likelihood)]
        )
        self.assert_same_step(built_in, custom, "cross-entropy, built in against custom")
        with self.session(tmp_path) as session:
            expected = expect_ok(session.forward(data).result())
            output = expect_ok(session.forward_backward_custom(data, negative_log_likelihood).result())
        self.assert_close(output.loss, expected.loss, "losses")
        assert np.allclose(joined(output), joined(expected), atol=self.logprob_tolerance)
        assert output.metrics.get("datums") == len(data), "the custom loss's metrics were not returned"

    def test_every_loss_it_claims_follows_its_definition(self, tmp_path: Path) -> None:
        """Each of `losses` has the value and gradient that its definition has as a custom loss."""
        definitions: Mapping[LossName, CustomLoss] = {
            "cross_entropy": negative_log_likelihood,
            "importance_sampling": _importance_sampling,
            "ppo": _ppo,
            "cispo": _cispo,
        }
        for name, definition in definitions.items():
            if name not in self.losses:
                continue
            with self.session(tmp_path) as session:
                data = (
                    self.batch()
                    if name == "cross_entropy"
                    else self._policy_batch(self.look(session, self.batch()))
                )
                value = expect_ok(session.forward(data, name).result()).loss
                expected = expect_ok(session.forward_backward_custom(data, definition).result()).loss
            self.assert_close(value, expected, f"values of {name}")
            built_in = self.after_step(tmp_path, lambda s, d=data, n=name: [s.forward_backward(d, n)])
            custom = self.after_step(
                tmp_path, lambda s, d=data, f=definition: [s.forward_backward_custom(d, f)]
            )
            self.assert_same_step(built_in, custom, f"{name} against its definition")

    def _ramp(self, scale: float) -> list[Datum]:
        """The probe batch with weights that differ from position to position, some of them zero."""
        return [
            with_tensors(datum, weights=scale * np.arange(datum.model_input.length) % 4)
            for datum in self.batch()
        ]

    def _policy_batch(self, logprobs_M: NDArray[np.float32]) -> list[Datum]:
        """The probe batch with ratios from 0.2 to 5 to the sampling policy, and advantages of both signs."""
        data = self.batch()
        ends = np.cumsum([datum.model_input.length for datum in data])[:-1]
        log_ratios_M = np.linspace(math.log(0.2), math.log(5.0), len(logprobs_M), dtype=np.float32)
        advantages_M = np.tile([1.0, -0.5, 0.0, -1.0, 2.0], len(logprobs_M))[: len(logprobs_M)]
        return [
            with_tensors(datum, weights=None, logprobs=old_N, advantages=advantages_N)
            for datum, old_N, advantages_N in zip(
                data, np.split(logprobs_M - log_ratios_M, ends), np.split(advantages_M, ends), strict=True
            )
        ]


def _policy_loss(
    data: Sequence[Datum], logprobs: Sequence[NDArray[np.float32]], low: float, high: float, *, ppo: bool
) -> CustomLossOutput:
    value = 0.0
    gradients: list[NDArray[np.float32]] = []
    for datum, lp_N in zip(data, logprobs, strict=True):
        advantages_N = datum.loss_fn_inputs["advantages"].array
        ratio_N = np.exp(lp_N - datum.loss_fn_inputs["logprobs"].array)
        clipped_N = np.clip(ratio_N, low, high)
        if ppo:
            free_N, bound_N = ratio_N * advantages_N, clipped_N * advantages_N
            value -= float(np.minimum(free_N, bound_N).sum())
            gradient_N = np.where(free_N <= bound_N, -free_N, 0.0)
        else:
            gradient_N = -clipped_N * advantages_N
            value += float((gradient_N * lp_N).sum())
        gradients.append(gradient_N.astype(np.float32))
    return CustomLossOutput(value, tuple(gradients))


def _importance_sampling(data: Sequence[Datum], logprobs: Sequence[NDArray[np.float32]]) -> CustomLossOutput:
    return _policy_loss(data, logprobs, 0.0, np.inf, ppo=True)


def _ppo(data: Sequence[Datum], logprobs: Sequence[NDArray[np.float32]]) -> CustomLossOutput:
    return _policy_loss(data, logprobs, 0.8, 1.2, ppo=True)


def _cispo(data: Sequence[Datum], logprobs: Sequence[NDArray[np.float32]]) -> CustomLossOutput:
    return _policy_loss(data, logprobs, 0.0, 4.0, ppo=False)
