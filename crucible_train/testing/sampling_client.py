"""The contract every sampling client has to pass. Subclass it in a test module."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from crucible_train.session import SamplingParams, SessionErrorCode
from crucible_train.testing.outcomes import expect_error, expect_ok

if TYPE_CHECKING:
    from collections.abc import Generator

    from crucible_train.ports import SamplingClient
    from crucible_train.session import SampledSequence, SamplingSession


class SamplingClientContract:
    """Samples follow their parameters, and log-probabilities are those of the unmodified model."""

    vocab_size: ClassVar[int]
    """Token ids the model reads and writes are in [0, vocab_size)."""
    prompt: ClassVar[tuple[int, ...]] = (0, 1, 2)
    """A prompt the model can go on from."""
    logprob_tolerance: ClassVar[float] = 1e-4
    """How far two log-probabilities that should be equal may differ, in nats."""

    def make_client(self) -> SamplingClient:
        """The client under test."""
        raise NotImplementedError

    def model_ref(self) -> dict[str, Any]:
        """Saved weights of a small model, the same at every call in one test."""
        raise NotImplementedError

    def missing_model_ref(self) -> dict[str, Any]:
        """The same model with weights that are not there."""
        raise NotImplementedError

    @contextmanager
    def session(self) -> Generator[SamplingSession]:
        """A session on `model_ref`, closed at the end."""
        opened = expect_ok(self.make_client().open(self.model_ref()))
        try:
            yield opened
        finally:
            opened.close()

    def draw(
        self, session: SamplingSession, params: SamplingParams, num_samples: int = 1
    ) -> tuple[SampledSequence, ...]:
        """Continuations of `prompt`."""
        return expect_ok(session.sample(self.prompt, params, num_samples).result())

    def test_it_draws_as_many_samples_and_tokens_as_asked(self) -> None:
        """`num_samples` samples of `max_tokens` tokens, with one log-probability each."""
        with self.session() as session:
            samples = self.draw(session, SamplingParams(max_tokens=5), num_samples=3)
        assert len(samples) == 3
        for sample in samples:
            assert len(sample.tokens) == len(sample.logprobs) == 5
            assert sample.stop_reason == "length"
            assert all(0 <= token < self.vocab_size for token in sample.tokens), (
                "a token outside the vocabulary"
            )

    def test_the_seed_decides(self) -> None:
        """The same seed, the same samples; another seed, others; the samples of a call differ."""
        with self.session() as session:
            first, again, other = (
                self.draw(session, SamplingParams(max_tokens=16, seed=seed), num_samples=2)
                for seed in (1, 1, 2)
            )
        assert first == again, "the same seed drew something else"
        assert first != other, "another seed drew the same"
        assert first[0].tokens != first[1].tokens, "the samples of one call are copies"

    def test_temperature_zero_is_greedy(self) -> None:
        """The most likely token each time, whatever the seed."""
        with self.session() as session:
            greedy = [self.draw(session, SamplingParams(6, temperature=0, seed=seed))[0] for seed in (1, 2)]
            assert greedy[0].tokens == greedy[1].tokens, "greedy decoding depends on the seed"
            rivals = self.draw(session, SamplingParams(1, seed=3), num_samples=32)
        best = max(sample.logprobs[0] for sample in rivals)
        assert greedy[0].logprobs[0] >= best - self.logprob_tolerance, "a more likely first token exists"

    def test_a_small_top_p_is_greedy(self) -> None:
        """The smallest nucleus is the most likely token."""
        with self.session() as session:
            greedy = self.draw(session, SamplingParams(6, temperature=0))
            nucleus = self.draw(session, SamplingParams(6, top_p=1e-6, seed=5))
        assert nucleus[0].tokens == greedy[0].tokens, "top_p kept more than the most likely token"

    def test_log_probabilities_are_of_the_unmodified_model(self) -> None:
        """What `sample` returns is what `logprobs` gives the same tokens."""
        with self.session() as session:
            params = SamplingParams(8, temperature=0.5, top_p=0.9, seed=4)
            sample = self.draw(session, params)[0]
            scores = expect_ok(session.logprobs([*self.prompt, *sample.tokens]).result())
        assert scores[0] is None, "the first token has nothing before it, and so no log-probability"
        assert len(scores) == len(self.prompt) + len(sample.tokens)
        scored = np.array(scores[len(self.prompt) :], dtype=np.float64)
        difference = float(np.abs(scored - np.array(sample.logprobs)).max())
        assert difference <= self.logprob_tolerance, f"temperature or top_p changed them by {difference}"

    def test_a_stop_token_ends_a_sample_and_is_part_of_it(self) -> None:
        """The first stop token is the last token of the sample."""
        params = SamplingParams(max_tokens=8, temperature=0)
        with self.session() as session:
            tokens = self.draw(session, params)[0].tokens
            sample = self.draw(session, replace(params, stop=(tokens[3],)))[0]
        end = tokens.index(tokens[3]) + 1
        assert sample.tokens == tokens[:end]
        assert len(sample.logprobs) == end
        assert sample.stop_reason == "stop"

    def test_tokens_it_cannot_read_are_refused(self) -> None:
        """`invalid_datum` for tokens outside the vocabulary, and the session works on."""
        with self.session() as session:
            for tokens in ([self.vocab_size], [-1]):
                outcome = session.sample(tokens, SamplingParams(max_tokens=1)).result()
                expect_error(outcome, SessionErrorCode.INVALID_DATUM)
                expect_error(session.logprobs(tokens).result(), SessionErrorCode.INVALID_DATUM)
            expect_ok(session.logprobs(self.prompt).result())

    def test_parameters_out_of_range_are_refused(self) -> None:
        """`unsupported_config` for what no sampler can do."""
        plain = SamplingParams(max_tokens=1)
        with self.session() as session:
            for wrong in (
                replace(plain, max_tokens=0),
                replace(plain, temperature=-1.0),
                replace(plain, temperature=float("nan")),
                replace(plain, top_p=0.0),
                replace(plain, top_p=1.5),
            ):
                outcome = session.sample(self.prompt, wrong).result()
                expect_error(outcome, SessionErrorCode.UNSUPPORTED_CONFIG)

    def test_a_model_it_cannot_open_is_refused(self) -> None:
        """`unsupported_config` for an unknown setting, `state_not_found` for weights that are not there."""
        client = self.make_client()
        unknown = {**self.model_ref(), "no_such_setting": 1}
        expect_error(client.open(unknown), SessionErrorCode.UNSUPPORTED_CONFIG)
        expect_error(client.open(self.missing_model_ref()), SessionErrorCode.STATE_NOT_FOUND)

    def test_closing_twice_is_harmless_and_later_calls_give_closed(self) -> None:
        """A second `close` does nothing, and every call after it gives `closed`."""
        with self.session() as session:
            session.close()
            session.close()
            outcome = session.sample(self.prompt, SamplingParams(max_tokens=1)).result()
            expect_error(outcome, SessionErrorCode.CLOSED)
            expect_error(session.logprobs(self.prompt).result(), SessionErrorCode.CLOSED)
