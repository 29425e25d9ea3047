"""The training contract has teeth: each way of getting it wrong fails the tests it should, and no others.

A broken session is the local one with one behaviour changed; it delegates everything else.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.bytelm.sampling_session import ByteLMSamplingSession
from crucible_train.datum import Datum, ModelInput, TensorData
from crucible_train.result import Err, Ok
from crucible_train.session import ForwardOutput, SessionError, SessionErrorCode
from crucible_train.testing.training_client import TrainingClientContract
from crucible_train.testing.training_probe import with_tensors

if TYPE_CHECKING:
    from pathlib import Path


class BrokenSession:
    """Delegates to `inner`: subclasses break one thing."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Later:
    """A future whose outcome goes through `change`."""

    def __init__(self, inner: Any, change: Any) -> None:
        self.inner, self.change = inner, change

    def result(self, timeout_s: float | None = None) -> Any:
        return self.change(self.inner.result(timeout_s))


def on_ok(future: Any, change: Any) -> Later:
    return Later(future, lambda outcome: Ok(change(outcome.value)) if isinstance(outcome, Ok) else outcome)


def scaled(data: Any, factor: float) -> list[Datum]:
    return [with_tensors(datum, weights=datum.weights_N * factor) for datum in data]


class MeanLoss(BrokenSession):
    """The built-in loss is a mean over the batch's positions."""

    def forward(self, data: Any, *rest: Any) -> Any:
        positions = sum(datum.model_input.length for datum in data)
        return on_ok(self.inner.forward(data, *rest), lambda out: replace(out, loss=out.loss / positions))


class MeanGradient(BrokenSession):
    """The gradient is that of a mean over the batch's positions."""

    def forward_backward(self, data: Any, loss: str = "cross_entropy", *rest: Any) -> Any:
        if loss == "cross_entropy" and all("weights" in datum.loss_fn_inputs for datum in data):
            data = scaled(data, 1 / sum(datum.model_input.length for datum in data))
        return self.inner.forward_backward(data, loss, *rest)


class OverwritesGradient(BrokenSession):
    """The last `forward_backward` before a step is the only one that counts."""

    last: Any = None

    def forward_backward(self, data: Any, *rest: Any) -> Any:
        self.last = (data, *rest)
        return self.inner.forward(data, *rest)

    def forward_backward_custom(self, data: Any, loss: Any) -> Any:
        self.last = None
        return self.inner.forward_backward_custom(data, loss)

    def load_state(self, *args: Any, **options: Any) -> Any:
        self.last = None
        return self.inner.load_state(*args, **options)

    def optim_step(self, params: Any) -> Any:
        if self.last is not None:
            self.inner.forward_backward(*self.last)
            self.last = None
        return self.inner.optim_step(params)


class NeverClearsGradient(BrokenSession):
    """A step leaves its gradient behind."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.seen: list[Any] = []

    def forward_backward(self, *args: Any) -> Any:
        self.seen.append(args)
        return self.inner.forward_backward(*args)

    def optim_step(self, params: Any) -> Any:
        future = self.inner.optim_step(params)
        for args in self.seen:
            self.inner.forward_backward(*args)
        return future

    def load_state(self, *args: Any, **options: Any) -> Any:
        self.seen.clear()
        return self.inner.load_state(*args, **options)


class IgnoresNegativeWeights(BrokenSession):
    """Negative weights count as zero in the gradient."""

    def forward_backward(self, data: Any, *rest: Any) -> Any:
        kept = [
            with_tensors(datum, weights=np.maximum(datum.weights_N, 0))
            if "weights" in datum.loss_fn_inputs
            else datum
            for datum in data
        ]
        return self.inner.forward_backward(kept, *rest)


class LearnsBackwards(BrokenSession):
    """Steps go up the loss."""

    def forward_backward(self, data: Any, loss: str = "cross_entropy", *rest: Any) -> Any:
        if all("weights" in datum.loss_fn_inputs for datum in data):
            return on_ok(
                self.inner.forward_backward(scaled(data, -1), loss, *rest),
                lambda out: replace(out, loss=-out.loss),
            )
        return self.inner.forward_backward(data, loss, *rest)

    def forward_backward_custom(self, data: Any, loss: Any) -> Any:
        def backwards(data: Any, logprobs: Any) -> Any:
            output = loss(data, logprobs)
            return replace(output, grad_logprobs=tuple(-gradient for gradient in output.grad_logprobs))

        has_weights = all("weights" in datum.loss_fn_inputs for datum in data)
        return self.inner.forward_backward_custom(data, backwards if has_weights else loss)


class DropsCustomMetrics(BrokenSession):
    """What a custom loss measured is lost."""

    def forward_backward_custom(self, data: Any, loss: Any) -> Any:
        return on_ok(self.inner.forward_backward_custom(data, loss), lambda out: replace(out, metrics={}))


class NeverClips(BrokenSession):
    """`ppo` is importance sampling."""

    def forward(self, data: Any, loss: str = "cross_entropy", *rest: Any) -> Any:
        return self.inner.forward(data, "importance_sampling" if loss == "ppo" else loss, *rest)


class EvaluationLeavesGradient(BrokenSession):
    """`forward` is `forward_backward`."""

    def forward(self, *args: Any) -> Any:
        return self.inner.forward_backward(*args)


class DatumsShareLogprobs(BrokenSession):
    """Log-probabilities drift with the size of the batch, as with statistics taken over it."""

    def forward(self, data: Any, *rest: Any) -> Any:
        def drift(out: ForwardOutput) -> ForwardOutput:
            return replace(out, logprobs=tuple(logprobs_N - 0.01 * len(data) for logprobs_N in out.logprobs))

        return on_ok(self.inner.forward(data, *rest), drift)


class SeesNextToken(BrokenSession):
    """Every position reads the input token after it."""

    def forward(self, data: Any, *rest: Any) -> Any:
        return self.inner.forward([self._shifted(datum) for datum in data], *rest)

    def forward_backward(self, data: Any, *rest: Any) -> Any:
        return self.inner.forward_backward([self._shifted(datum) for datum in data], *rest)

    def forward_backward_custom(self, data: Any, loss: Any) -> Any:
        return self.inner.forward_backward_custom([self._shifted(datum) for datum in data], loss)

    def _shifted(self, datum: Datum) -> Datum:
        tokens_N = np.roll(datum.model_input.tokens_N(), -1)
        return Datum(ModelInput.from_tokens(tokens_N), datum.loss_fn_inputs)


class LiveSampler(BrokenSession):
    """A sampler sees the weights as they are now."""

    def sampler(self) -> Any:
        live = ByteLMSamplingSession(self.inner._engine.parameters)
        return on_ok(self.inner.sampler(), lambda _: live)


class SamplingOverwritesPolicy(BrokenSession):
    """Sampling from a snapshot loads it into the trained model."""

    def sampler(self) -> Any:
        parameters = self.inner._engine.parameters
        old = parameters.values.copy()

        class Sampler(BrokenSession):
            def sample(self, *args: Any) -> Any:
                parameters.values[...] = old
                return self.inner.sample(*args)

        return on_ok(self.inner.sampler(), Sampler)


class DropsLeadingNone(BrokenSession):
    """A sampler scores N - 1 of N tokens."""

    def sampler(self) -> Any:
        class Sampler(BrokenSession):
            def logprobs(self, tokens: Any) -> Any:
                return on_ok(self.inner.logprobs(tokens), lambda scores: scores[1:])

        return on_ok(self.inner.sampler(), Sampler)


class ForgetsOptimizer(BrokenSession):
    """A loaded state starts the optimizer anew."""

    def load_state(self, path: str, *, with_optimizer: bool = True) -> Any:
        return self.inner.load_state(path, with_optimizer=False)


class LoadKeepsGradient(BrokenSession):
    """The gradient accumulated before a load is applied after it."""

    pending: Any = None

    def forward_backward(self, *args: Any) -> Any:
        self.pending = args
        return self.inner.forward_backward(*args)

    def optim_step(self, params: Any) -> Any:
        self.pending = None
        return self.inner.optim_step(params)

    def load_state(self, *args: Any, **options: Any) -> Any:
        future = self.inner.load_state(*args, **options)
        if self.pending is not None:
            self.inner.forward_backward(*self.pending)
        return future


class MissingStateIsFine(BrokenSession):
    """Loading a state that is not there does nothing, in silence."""

    def load_state(self, path: str, **options: Any) -> Any:
        def forgive(outcome: Any) -> Any:
            missing = isinstance(outcome, Err) and outcome.error.code == SessionErrorCode.STATE_NOT_FOUND
            return Ok(None) if missing else outcome

        return Later(self.inner.load_state(path, **options), forgive)


class LazyFuture:
    """Runs when somebody waits for it."""

    def __init__(self, submit: Any) -> None:
        self.submit, self.future = submit, None

    def result(self, timeout_s: float | None = None) -> Any:
        if self.future is None:
            if timeout_s is not None:
                return Err(SessionError(SessionErrorCode.TIMEOUT, "nobody waited yet"))
            self.future = self.submit()
        return self.future.result(timeout_s)


class RunsWhenAwaited(BrokenSession):
    """Operations run when their result is asked for."""

    def forward_backward(self, *args: Any) -> Any:
        return LazyFuture(lambda: self.inner.forward_backward(*args))


class OneResultOnly(BrokenSession):
    """A future forgets its outcome when it has given it."""

    def forward(self, *args: Any) -> Any:
        given: list[bool] = []

        def once(outcome: Any) -> Any:
            given.append(True)
            gone = Err(SessionError(SessionErrorCode.BACKEND_FAILED, "this result was collected"))
            return gone if len(given) > 1 else outcome

        return Later(self.inner.forward(*args), once)


class IgnoresTimeout(BrokenSession):
    """`timeout_s` is accepted and ignored."""

    def forward_backward_custom(self, *args: Any) -> Any:
        future = self.inner.forward_backward_custom(*args)
        return type("Patient", (), {"result": lambda self, timeout_s=None: future.result()})()


class CloseDropsPending(BrokenSession):
    """What was submitted before `close` is lost."""

    closed = False

    def forward_backward(self, *args: Any) -> Any:
        lost = Err(SessionError(SessionErrorCode.CLOSED, "the session is closed"))
        return Later(self.inner.forward_backward(*args), lambda outcome: lost if self.closed else outcome)

    def close(self) -> None:
        self.closed = True
        self.inner.close()


class StaysOpen(BrokenSession):
    """`close` waits, and closes nothing. (The sampler's copy of the session is left to the collector.)"""

    def close(self) -> None:
        self.inner.sampler().result()


class AcceptsMismatch(BrokenSession):
    """Tensors are cut or stretched to fit the input."""

    def forward(self, data: Any, *rest: Any) -> Any:
        return self.inner.forward([self._fitted(datum) for datum in data], *rest)

    def forward_backward(self, data: Any, *rest: Any) -> Any:
        return self.inner.forward_backward([self._fitted(datum) for datum in data], *rest)

    def _fitted(self, datum: Datum) -> Datum:
        length = datum.model_input.length
        fitted = {
            name: TensorData(np.resize(tensor.array, length)) for name, tensor in datum.loss_fn_inputs.items()
        }
        return Datum(datum.model_input, fitted)


class ReadsAnyToken(BrokenSession):
    """Token ids are taken modulo the vocabulary, and missing weights are ones."""

    def forward(self, data: Any, *rest: Any) -> Any:
        return self.inner.forward([self._read(datum) for datum in data], *rest)

    def forward_backward(self, data: Any, *rest: Any) -> Any:
        return self.inner.forward_backward([self._read(datum) for datum in data], *rest)

    def _read(self, datum: Datum) -> Datum:
        tokens_N = datum.model_input.tokens_N() % 262
        inputs = dict(datum.loss_fn_inputs)
        inputs["target_tokens"] = TensorData(inputs["target_tokens"].array % 262)
        if "logprobs" not in inputs:
            inputs.setdefault("weights", TensorData.float32(np.zeros(len(tokens_N))))
        return Datum(ModelInput.from_tokens(tokens_N), inputs)


class AcceptsNan(BrokenSession):
    """A NaN weight counts as zero, in silence."""

    def forward_backward(self, data: Any, *rest: Any) -> Any:
        kept = [
            with_tensors(datum, weights=np.nan_to_num(datum.weights_N))
            if "weights" in datum.loss_fn_inputs
            else datum
            for datum in data
        ]
        return self.inner.forward_backward(kept, *rest)


class GuessesLoss(BrokenSession):
    """An unknown loss is cross-entropy."""

    def forward(self, data: Any, loss: str = "cross_entropy", *rest: Any) -> Any:
        return self.inner.forward(data, "cross_entropy" if loss == "no-such-loss" else loss, *rest)


class BrokenClient:
    training_config_model: ClassVar[type[BaseModel]] = LocalTrainingClient.training_config_model

    def __init__(self, session_type: type[BrokenSession]) -> None:
        self.session_type = session_type

    def open(self, training_config: Any, *, state_dir: Path | None = None) -> Any:
        opened = LocalTrainingClient().open(training_config, state_dir=state_dir)
        return Ok(self.session_type(opened.value)) if isinstance(opened, Ok) else opened


class IgnoresSeed(BrokenClient):
    """Every session starts from other weights."""

    opened = 0

    def open(self, training_config: Any, *, state_dir: Path | None = None) -> Any:
        IgnoresSeed.opened += 1
        return super().open({**training_config, "seed": IgnoresSeed.opened}, state_dir=state_dir)


class GuessesOptimizer(BrokenClient):
    """An unknown optimizer is Adam."""

    def open(self, training_config: Any, *, state_dir: Path | None = None) -> Any:
        known = training_config.get("optimizer") in (None, "adam")
        config = training_config if known else {**training_config, "optimizer": "adam"}
        return super().open(config, state_dir=state_dir)


class LaxModel(BrokenClient):
    """The published model accepts anything."""

    class Anything(BaseModel):
        model_config = ConfigDict(extra="allow")

    training_config_model = Anything


class StrictModel(BrokenClient):
    """The published model refuses what `open` accepts."""

    class Nothing(BaseModel):
        model_config = ConfigDict(extra="forbid")

    training_config_model = Nothing


ALL_TESTS = sorted(name for name in dir(TrainingClientContract) if name.startswith("test_"))

BROKEN: list[tuple[type[BrokenSession] | type[BrokenClient], list[str]]] = [
    (
        MeanLoss,
        [
            "test_the_loss_is_the_weighted_sum_of_negative_log_probabilities",
            "test_a_custom_loss_equals_the_built_in_one",
            "test_every_loss_it_claims_follows_its_definition",
        ],
    ),
    (
        MeanGradient,
        [
            "test_the_gradient_is_of_the_sum_and_linear_in_the_weights",
            "test_a_custom_loss_equals_the_built_in_one",
            "test_every_loss_it_claims_follows_its_definition",
        ],
    ),
    (
        OverwritesGradient,
        [
            "test_gradients_accumulate_until_the_step",
            "test_negative_weights_take_a_gradient_back",
            "test_the_gradient_is_of_the_sum_and_linear_in_the_weights",
        ],
    ),
    (
        NeverClearsGradient,
        ["test_a_step_clears_the_gradient", "test_a_resumed_run_equals_one_that_was_never_stopped"],
    ),
    (
        IgnoresNegativeWeights,
        [
            "test_negative_weights_take_a_gradient_back",
            "test_the_sign_of_a_weight_is_the_direction_of_learning",
        ],
    ),
    (LearnsBackwards, ["test_the_sign_of_a_weight_is_the_direction_of_learning"]),
    (DropsCustomMetrics, ["test_a_custom_loss_equals_the_built_in_one"]),
    (NeverClips, ["test_every_loss_it_claims_follows_its_definition"]),
    (
        EvaluationLeavesGradient,
        [
            "test_forward_leaves_no_gradient",
            # These look at the model, step with no gradient, and look again.
            "test_a_datum_it_cannot_read_is_refused",
            "test_lengths_that_differ_are_refused",
            "test_numbers_that_are_not_finite_are_refused",
            "test_loading_a_state_restores_the_weights_and_drops_the_gradient",
        ],
    ),
    (
        DatumsShareLogprobs,
        [
            "test_each_datum_gets_its_own_log_probabilities",
            "test_a_custom_loss_equals_the_built_in_one",
            "test_a_sampler_scores_as_the_session_does_with_a_leading_none",
        ],
    ),
    (
        SeesNextToken,
        [
            "test_no_position_sees_later_tokens",
            "test_a_sampler_scores_as_the_session_does_with_a_leading_none",
        ],
    ),
    (LiveSampler, ["test_a_sampler_is_a_snapshot"]),
    (SamplingOverwritesPolicy, ["test_sampling_from_an_old_snapshot_does_not_change_the_policy"]),
    (DropsLeadingNone, ["test_a_sampler_scores_as_the_session_does_with_a_leading_none"]),
    (ForgetsOptimizer, ["test_a_resumed_run_equals_one_that_was_never_stopped"]),
    (LoadKeepsGradient, ["test_loading_a_state_restores_the_weights_and_drops_the_gradient"]),
    (MissingStateIsFine, ["test_a_state_that_is_not_there_is_an_error_and_changes_nothing"]),
    (
        RunsWhenAwaited,
        [
            "test_pipelined_steps_equal_awaited_ones",
            "test_futures_resolve_in_submission_order",
            "test_closing_finishes_what_was_submitted",
        ],
    ),
    (OneResultOnly, ["test_a_result_can_be_asked_for_again"]),
    (IgnoresTimeout, ["test_a_timeout_is_an_error_and_the_operation_goes_on"]),
    (CloseDropsPending, ["test_closing_finishes_what_was_submitted"]),
    (StaysOpen, ["test_closing_twice_is_harmless_and_later_calls_give_closed"]),
    (AcceptsMismatch, ["test_lengths_that_differ_are_refused"]),
    (ReadsAnyToken, ["test_a_datum_it_cannot_read_is_refused"]),
    (AcceptsNan, ["test_numbers_that_are_not_finite_are_refused"]),
    (GuessesLoss, ["test_an_unknown_loss_is_refused"]),
    (
        IgnoresSeed,
        [
            "test_the_same_seed_starts_from_the_same_weights",
            # These compare two sessions that were opened alike.
            "test_a_custom_loss_equals_the_built_in_one",
            "test_every_loss_it_claims_follows_its_definition",
            "test_forward_leaves_no_gradient",
            "test_gradients_accumulate_until_the_step",
            "test_negative_weights_take_a_gradient_back",
            "test_pipelined_steps_equal_awaited_ones",
            "test_the_gradient_is_of_the_sum_and_linear_in_the_weights",
        ],
    ),
    (GuessesOptimizer, ["test_a_config_it_cannot_honour_is_refused"]),
    (LaxModel, ["test_a_config_it_cannot_honour_is_refused"]),
    (StrictModel, ["test_the_published_model_accepts_the_config"]),
]


def failed_tests(client: Any, directory: Path, **settings: Any) -> list[str]:
    class Contract(TrainingClientContract):
        vocab_size = 262
        losses = ("cross_entropy", "importance_sampling", "ppo", "cispo")

        def make_client(self) -> Any:
            return client

        def training_config(self) -> dict[str, Any]:
            sizes = {"context_length": 4, "embedding_dim": 3, "hidden_dim": 5}
            return {"model_ref": {"id": "byte-lm", "options": sizes}, "seed": 3}

    contract = Contract()
    for name, value in settings.items():
        setattr(contract, name, value)
    failed: list[str] = []
    for name in ALL_TESTS:
        test = getattr(contract, name)
        state_dir = {"tmp_path": directory / name} if "tmp_path" in inspect.signature(test).parameters else {}
        try:
            test(**state_dir)
        except (AssertionError, ValidationError):
            failed.append(name)
    return failed


def test_a_correct_client_fails_nothing(tmp_path: Path) -> None:
    assert failed_tests(LocalTrainingClient(), tmp_path) == []


@pytest.mark.parametrize(("broken", "intended"), BROKEN, ids=lambda part: getattr(part, "__name__", ""))
def test_a_broken_client_fails_what_it_should(
    broken: type[BrokenSession] | type[BrokenClient], intended: list[str], tmp_path: Path
) -> None:
    client = broken(BrokenSession) if issubclass(broken, BrokenClient) else BrokenClient(broken)
    # Ignoring a timeout shows when the wait is over, so that wait is short there.
    settings = {"patience_s": 0.05} if broken is IgnoresTimeout else {}
    assert failed_tests(client, tmp_path, **settings) == sorted(intended)


def test_every_test_of_the_contract_catches_somebody() -> None:
    assert {name for _, intended in BROKEN for name in intended} == set(ALL_TESTS)


def test_what_a_backend_does_not_claim_is_not_tested(tmp_path: Path) -> None:
    settings = {"losses": ("cross_entropy",), "custom_loss_in_background": False}
    assert failed_tests(BrokenClient(NeverClips), tmp_path, **settings) == []
    assert failed_tests(BrokenClient(IgnoresTimeout), tmp_path, **settings) == []


def test_gradient_norms_are_compared_only_where_they_are_reported(tmp_path: Path) -> None:
    class NoNorm(BrokenSession):
        def optim_step(self, params: Any) -> Any:
            return on_ok(self.inner.optim_step(params), lambda out: replace(out, grad_norm=None))

    assert failed_tests(BrokenClient(NoNorm), tmp_path) == []


@pytest.mark.parametrize("hook", ["make_client", "training_config"])
def test_a_hook_that_is_not_filled_in_says_so(hook: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(TrainingClientContract(), hook)()
