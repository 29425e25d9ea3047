"""The sampling contract has teeth: each way of getting it wrong fails the tests it should, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.adapters.sampling_client.local import LocalSamplingClient
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.result import Err, Ok
from crucible_train.session import SamplingParams, SessionError, SessionErrorCode
from crucible_train.testing.sampling_client import SamplingClientContract

if TYPE_CHECKING:
    from pathlib import Path


class Done:
    """A future that has its outcome."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def result(self, timeout_s: float | None = None) -> Any:
        return self.outcome


class BrokenSession:
    """Delegates to `inner`: subclasses break one thing."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def sample(self, prompt: Any, params: SamplingParams, num_samples: int = 1) -> Any:
        outcome = self.inner.sample(prompt, self.params(params), num_samples).result()
        return Done(Ok(tuple(map(self.change, outcome.value))) if isinstance(outcome, Ok) else outcome)

    def params(self, params: SamplingParams) -> SamplingParams:
        return params

    def change(self, sample: Any) -> Any:
        return sample


class OneTokenTooMany(BrokenSession):
    def change(self, sample: Any) -> Any:
        more = sample.tokens[0], sample.logprobs[0]
        return replace(sample, tokens=(*sample.tokens, more[0]), logprobs=(*sample.logprobs, more[1]))


class IgnoresSeed(BrokenSession):
    def params(self, params: SamplingParams) -> SamplingParams:
        return replace(params, seed=0)


class CopiesOneSample(BrokenSession):
    def sample(self, prompt: Any, params: SamplingParams, num_samples: int = 1) -> Any:
        outcome = super().sample(prompt, params, num_samples).result()
        return Done(Ok(outcome.value[:1] * num_samples) if isinstance(outcome, Ok) else outcome)


class NeverGreedy(BrokenSession):
    def params(self, params: SamplingParams) -> SamplingParams:
        return replace(params, temperature=params.temperature or 1.0)


class IgnoresTopP(BrokenSession):
    def params(self, params: SamplingParams) -> SamplingParams:
        return replace(params, top_p=1.0 if 0 < params.top_p < 1 else params.top_p)


class ScoresWhatItSampledFrom(BrokenSession):
    """Returns log-probabilities of the distribution after temperature and top-p."""

    def sample(self, prompt: Any, params: SamplingParams, num_samples: int = 1) -> Any:
        outcome = super().sample(prompt, params, num_samples).result()
        if isinstance(outcome, Err) or params.top_p > 0.95 or params.top_p < 0.01:
            return Done(outcome)
        return Done(
            Ok(
                tuple(
                    replace(s, logprobs=tuple(lp / params.temperature for lp in s.logprobs))
                    for s in outcome.value
                )
            )
        )


class DropsStopToken(BrokenSession):
    def change(self, sample: Any) -> Any:
        if sample.stop_reason == "length":
            return sample
        return replace(sample, tokens=sample.tokens[:-1], logprobs=sample.logprobs[:-1])


class IgnoresStop(BrokenSession):
    def params(self, params: SamplingParams) -> SamplingParams:
        return replace(params, stop=())


class DropsLeadingNone(BrokenSession):
    def logprobs(self, tokens: Any) -> Any:
        outcome = self.inner.logprobs(tokens).result()
        return Done(Ok(outcome.value[1:]) if isinstance(outcome, Ok) else outcome)


class ReadsAnyToken(BrokenSession):
    def sample(self, prompt: Any, params: SamplingParams, num_samples: int = 1) -> Any:
        return super().sample([token % 262 for token in prompt], params, num_samples)


class MendsParameters(BrokenSession):
    def params(self, params: SamplingParams) -> SamplingParams:
        return replace(params, max_tokens=max(params.max_tokens, 1))


class StaysOpen(BrokenSession):
    """`close` closes nothing; the test closes what is inside."""

    def close(self) -> None:
        pass


BROKEN: dict[type[BrokenSession], list[str]] = {
    OneTokenTooMany: [
        "test_it_draws_as_many_samples_and_tokens_as_asked",
        "test_log_probabilities_are_of_the_unmodified_model",
        "test_a_stop_token_ends_a_sample_and_is_part_of_it",
    ],
    IgnoresSeed: ["test_the_seed_decides"],
    CopiesOneSample: ["test_the_seed_decides"],
    NeverGreedy: ["test_temperature_zero_is_greedy", "test_a_small_top_p_is_greedy"],
    IgnoresTopP: ["test_a_small_top_p_is_greedy"],
    ScoresWhatItSampledFrom: ["test_log_probabilities_are_of_the_unmodified_model"],
    DropsStopToken: ["test_a_stop_token_ends_a_sample_and_is_part_of_it"],
    IgnoresStop: ["test_a_stop_token_ends_a_sample_and_is_part_of_it"],
    DropsLeadingNone: ["test_log_probabilities_are_of_the_unmodified_model"],
    ReadsAnyToken: ["test_tokens_it_cannot_read_are_refused"],
    MendsParameters: ["test_parameters_out_of_range_are_refused"],
    StaysOpen: ["test_closing_twice_is_harmless_and_later_calls_give_closed"],
}


class BrokenClient:
    def __init__(self, session_type: type[BrokenSession] = BrokenSession) -> None:
        self.session_type = session_type
        self.opened: list[Any] = []

    def open(self, model_ref: Any) -> Any:
        opened = LocalSamplingClient().open(model_ref)
        if isinstance(opened, Err):
            return opened
        self.opened.append(opened.value)
        return Ok(self.session_type(opened.value))


class OpensAnything(BrokenClient):
    """What it does not know in a model it leaves out."""

    def open(self, model_ref: Any) -> Any:
        return super().open({key: value for key, value in model_ref.items() if key != "no_such_setting"})


class VagueErrors(BrokenClient):
    """Every failure to open is a failure of the backend."""

    def open(self, model_ref: Any) -> Any:
        opened = super().open(model_ref)
        vague = SessionError(SessionErrorCode.BACKEND_FAILED, "cannot open it")
        return Err(vague) if isinstance(opened, Err) else opened


ALL_TESTS = sorted(name for name in dir(SamplingClientContract) if name.startswith("test_"))


def failed_tests(client: Any, path: str) -> list[str]:
    class Contract(SamplingClientContract):
        vocab_size = 262

        def make_client(self) -> Any:
            return client

        def model_ref(self) -> dict[str, Any]:
            return {"id": "byte-lm", "artifact_uri": path}

        def missing_model_ref(self) -> dict[str, Any]:
            return {"id": "byte-lm", "artifact_uri": f"{path}.none"}

    failed: list[str] = []
    for name in ALL_TESTS:
        try:
            getattr(Contract(), name)()
        except AssertionError:
            failed.append(name)
    for session in getattr(client, "opened", ()):
        session.close()
    return failed


@pytest.fixture
def path(tmp_path: Path) -> str:
    config = {"model_ref": {"id": "byte-lm", "options": {"hidden_dim": 8}}, "seed": 5}
    session = LocalTrainingClient().open(config, state_dir=tmp_path).unwrap()
    saved = session.save_state("a").result().unwrap()
    session.close()
    return saved


def test_a_correct_client_fails_nothing(path: str) -> None:
    assert failed_tests(LocalSamplingClient(), path) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_a_broken_session_fails_what_it_should(broken: type[BrokenSession], path: str) -> None:
    assert failed_tests(BrokenClient(broken), path) == sorted(BROKEN[broken])


@pytest.mark.parametrize("broken", [OpensAnything, VagueErrors])
def test_a_broken_client_fails_what_it_should(broken: type[BrokenClient], path: str) -> None:
    assert failed_tests(broken(), path) == ["test_a_model_it_cannot_open_is_refused"]


def test_every_test_of_the_contract_catches_somebody() -> None:
    caught = {name for intended in BROKEN.values() for name in intended}
    assert caught | {"test_a_model_it_cannot_open_is_refused"} == set(ALL_TESTS)


@pytest.mark.parametrize("hook", ["make_client", "model_ref", "missing_model_ref"])
def test_a_hook_that_is_not_filled_in_says_so(hook: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(SamplingClientContract(), hook)()
