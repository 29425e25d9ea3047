"""Contract of a training client: evaluation, snapshots, saved states, and futures."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from crucible_train.session import SamplingParams, SessionErrorCode
from crucible_train.testing.outcomes import expect_error, expect_ok
from crucible_train.testing.training_probe import TrainingProbe, joined, negative_log_likelihood

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crucible_train.datum import Datum
    from crucible_train.session import CustomLossOutput, TrainingSession


class EvaluationContract(TrainingProbe):
    """Looking at a model does not change it."""

    def test_forward_leaves_no_gradient(self, tmp_path: Path) -> None:
        """An evaluation between steps changes nothing about the next one."""
        other = self.batch(1)
        plain = self.after_step(tmp_path, lambda session: [session.forward_backward(other)])
        looked = self.after_step(
            tmp_path, lambda session: [session.forward(self.batch()), session.forward_backward(other)]
        )
        self.assert_same_step(plain, looked, "a step with an evaluation before it against one without")

    def test_each_datum_gets_its_own_log_probabilities(self, tmp_path: Path) -> None:
        """N values per datum, none above zero, the same whatever else is in the batch."""
        data = self.batch()
        with self.session(tmp_path) as session:
            together = expect_ok(session.forward(data).result()).logprobs
            assert [len(logprobs_N) for logprobs_N in together] == [
                datum.model_input.length for datum in data
            ]
            alone = [joined(expect_ok(session.forward([datum]).result())) for datum in data]
        for logprobs_N, alone_N in zip(together, alone, strict=True):
            assert (logprobs_N <= 0).all(), "a log-probability is above zero"
            assert np.allclose(logprobs_N, alone_N, atol=self.logprob_tolerance), (
                "datums influence one another"
            )

    def test_no_position_sees_later_tokens(self, tmp_path: Path) -> None:
        """Another last input token changes no log-probability before it."""
        datum, length = self.datum(3, 12), 12
        tokens_N = datum.model_input.tokens_N().copy()
        tokens_N[-1] = (tokens_N[-1] + 1) % self.vocab_size
        changed = type(datum)(type(datum.model_input).from_tokens(tokens_N), datum.loss_fn_inputs)
        with self.session(tmp_path) as session:
            before_N, after_N = self.look(session, [datum]), self.look(session, [changed])
        earlier = slice(0, length - 1)
        assert np.allclose(before_N[earlier], after_N[earlier], atol=self.logprob_tolerance)

    def test_a_sampler_is_a_snapshot(self, tmp_path: Path) -> None:
        """Training goes on without the sampler that was taken before."""
        datum = self.datum(3, 8)
        tokens = [*datum.model_input.tokens_N().tolist(), int(datum.target_tokens_N[-1])]
        with self.session(tmp_path) as session:
            sampler = expect_ok(session.sampler().result())
            before = expect_ok(sampler.logprobs(tokens).result())
            self._train(session, 2)
            after = expect_ok(sampler.logprobs(tokens).result())
            sampler.close()
        assert after == before, "training changed a sampler that was taken before it"

    def test_sampling_from_an_old_snapshot_does_not_change_the_policy(self, tmp_path: Path) -> None:
        """The session's weights stay the trained ones."""
        with self.session(tmp_path) as session:
            sampler = expect_ok(session.sampler().result())
            self._train(session, 2)
            trained_M = self.look(session, self.batch())
            expect_ok(sampler.sample([0, 1], SamplingParams(max_tokens=4)).result())
            self.assert_unchanged(session, trained_M, "sampling from an old snapshot")
            sampler.close()

    def test_a_sampler_scores_as_the_session_does_with_a_leading_none(self, tmp_path: Path) -> None:
        """As many values as tokens, `None` first, the rest equal to those of `forward`."""
        datum = self.datum(3, 8)
        tokens = [*datum.model_input.tokens_N().tolist(), int(datum.target_tokens_N[-1])]
        with self.session(tmp_path) as session:
            self._train(session, 1)
            expected_N = self.look(session, [datum])
            sampler = expect_ok(session.sampler().result())
            scores = expect_ok(sampler.logprobs(tokens).result())
            sampler.close()
        assert len(scores) == len(tokens), f"{len(scores)} log-probabilities for {len(tokens)} tokens"
        assert scores[0] is None, "the first token has nothing before it, and so no log-probability"
        assert np.allclose(np.array(scores[1:], dtype=np.float32), expected_N, atol=self.logprob_tolerance)

    def _train(self, session: TrainingSession, num_steps: int, first: int = 0) -> None:
        for step in range(first, first + num_steps):
            expect_ok(session.forward_backward(self.batch(step)).result())
            expect_ok(session.optim_step(self.adam()).result())


class StateContract(EvaluationContract):
    """A saved state is a point to go on from."""

    def test_the_same_seed_starts_from_the_same_weights(self, tmp_path: Path) -> None:
        """Opening the same `training_config` twice gives the same model."""
        with self.session(tmp_path) as session:
            first_M = self.look(session, self.batch())
        with self.session(tmp_path) as session:
            self.assert_unchanged(session, first_M, "opening the same config again")

    def test_a_resumed_run_equals_one_that_was_never_stopped(self, tmp_path: Path) -> None:
        """Save, go on in another session, and arrive where the first one arrived."""
        with self.session(tmp_path) as session:
            self._train(session, 3)
            path = expect_ok(session.save_state("middle").result())
            self._train(session, 3, first=3)
            uninterrupted_M = self.look(session, self.batch())
        with self.session(tmp_path) as session:
            expect_ok(session.load_state(path).result())
            self._train(session, 3, first=3)
            difference = float(np.abs(self.look(session, self.batch()) - uninterrupted_M).max())
        assert difference <= self.resume_tolerance, f"the resumed run differs by {difference}"

    def test_loading_a_state_restores_the_weights_and_drops_the_gradient(self, tmp_path: Path) -> None:
        """With the optimizer and without, weights are the saved ones and no gradient is left."""
        for with_optimizer in (True, False):
            with self.session(tmp_path) as session:
                saved_M = self.look(session, self.batch())
                path = expect_ok(session.save_state("start").result())
                self._train(session, 2)
                expect_ok(session.forward_backward(self.batch(5)).result())
                expect_ok(session.load_state(path, with_optimizer=with_optimizer).result())
                self.assert_unchanged(session, saved_M, "loading a state")
                expect_ok(session.optim_step(self.adam()).result())
                self.assert_unchanged(session, saved_M, "a step with no gradient after loading a state")

    def test_a_state_that_is_not_there_is_an_error_and_changes_nothing(self, tmp_path: Path) -> None:
        """`state_not_found`, and the session works on."""
        with self.session(tmp_path) as session:
            before_M = self.look(session, self.batch())
            missing = str(tmp_path / "no-such-state")
            expect_error(session.load_state(missing).result(), SessionErrorCode.STATE_NOT_FOUND)
            self.assert_unchanged(session, before_M, "a state that could not be loaded")


class FutureContract(TrainingProbe):
    """Submitting is not waiting: order, timeouts, closing."""

    def test_futures_resolve_in_submission_order(self, tmp_path: Path) -> None:
        """When an operation has its result, all before it have theirs."""
        with self.session(tmp_path) as session:
            earlier = [session.forward_backward(self.batch(seed)) for seed in range(4)]
            expect_ok(session.optim_step(self.adam()).result())
            for future in earlier:
                expect_ok(future.result(timeout_s=0))

    def test_pipelined_steps_equal_awaited_ones(self, tmp_path: Path) -> None:
        """Submitting without waiting gives what waiting for every operation gives."""
        outcomes: list[NDArray[np.float32]] = []
        for awaited in (True, False):
            with self.session(tmp_path) as session:
                for seed in range(3):
                    futures = [session.forward_backward(self.batch(seed)), session.optim_step(self.adam())]
                    for future in futures if awaited else ():
                        expect_ok(future.result())
                outcomes.append(self.look(session, self.batch()))
        assert np.allclose(*outcomes, atol=self.logprob_tolerance), "operations did not run in order"

    def test_a_result_can_be_asked_for_again(self, tmp_path: Path) -> None:
        """The second `result` is the first."""
        with self.session(tmp_path) as session:
            future = session.forward(self.batch())
            first, again = expect_ok(future.result()), expect_ok(future.result(timeout_s=0))
        assert first.loss == again.loss
        assert np.array_equal(joined(first), joined(again))

    def test_a_timeout_is_an_error_and_the_operation_goes_on(self, tmp_path: Path) -> None:
        """`timeout` while a custom loss blocks; its result afterwards."""
        if not self.custom_loss_in_background:
            return
        go_on = threading.Event()

        def blocking_loss(data: Sequence[Datum], logprobs: Sequence[NDArray[np.float32]]) -> CustomLossOutput:
            go_on.wait(self.patience_s)
            return negative_log_likelihood(data, logprobs)

        with self.session(tmp_path) as session:
            future = session.forward_backward_custom(self.batch(), blocking_loss)
            try:
                expect_error(future.result(timeout_s=0.01), SessionErrorCode.TIMEOUT)
            finally:
                go_on.set()
            expect_ok(future.result())

    def test_closing_finishes_what_was_submitted(self, tmp_path: Path) -> None:
        """After `close`, everything submitted before it has its result."""
        with self.session(tmp_path) as session:
            futures = [session.forward_backward(self.batch(seed)) for seed in range(3)]
            session.close()
            for future in futures:
                expect_ok(future.result(timeout_s=0))

    def test_closing_twice_is_harmless_and_later_calls_give_closed(self, tmp_path: Path) -> None:
        """A second `close` does nothing, and every call after it gives `closed`."""
        with self.session(tmp_path) as session:
            session.close()
            session.close()
            data = self.batch()
            for future in (
                session.forward(data),
                session.forward_backward(data),
                session.forward_backward_custom(data, negative_log_likelihood),
                session.optim_step(self.adam()),
                session.save_state("late"),
                session.load_state("late"),
                session.sampler(),
            ):
                expect_error(future.result(), SessionErrorCode.CLOSED)
