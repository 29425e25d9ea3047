"""The local training session, where it goes beyond the contract: messages, metrics, states, failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.bytelm import packing
from crucible_train.bytelm.training_session import ByteLMTrainingSession
from crucible_train.datum import Datum, ImageChunk, ModelInput, TensorData
from crucible_train.result import Err, Ok
from crucible_train.session import AdamParams, CustomLossOutput, SessionErrorCode
from crucible_train.testing.training_probe import joined, make_datum, negative_log_likelihood, with_tensors

SIZES = {"context_length": 4, "embedding_dim": 3, "hidden_dim": 6}
STEP = AdamParams(learning_rate=0.02)


@pytest.fixture
def open_session(tmp_path: Path) -> Any:
    """Opens sessions that are closed when the test ends."""
    sessions: list[ByteLMTrainingSession] = []

    def opened(*, state_dir: Path | None = tmp_path, **settings: Any) -> ByteLMTrainingSession:
        config = {"model_ref": {"id": "byte-lm", "options": SIZES}, **settings}
        session = LocalTrainingClient().open(config, state_dir=state_dir).unwrap()
        assert isinstance(session, ByteLMTrainingSession)
        sessions.append(session)
        return session

    yield opened
    for session in sessions:
        session.close()


def text(seed: int = 0, length: int = 9, weight: float = 1.0) -> Datum:
    tokens = np.random.default_rng(seed).integers(0, 256, length + 1)
    return make_datum(tokens[:-1], target_tokens=tokens[1:], weights=np.full(length, weight))


def train(session: ByteLMTrainingSession, steps: range) -> None:
    for step in steps:
        session.forward_backward([text(step), text(step + 100, 5)]).result().unwrap()
        session.optim_step(STEP).result().unwrap()


def error_of(future: Any) -> str:
    outcome = future.result()
    assert isinstance(outcome, Err)
    return f"{outcome.error.code}: {outcome.error.message}"


def test_training_makes_the_text_likelier(open_session: Any) -> None:
    session = open_session()
    losses: list[float] = []
    for _ in range(60):
        losses.append(session.forward_backward([text()]).result().unwrap().loss)
        session.optim_step(STEP).result().unwrap()
    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_a_resumed_run_saves_the_same_bytes_as_one_that_was_never_stopped(
    open_session: Any, optimizer: str
) -> None:
    settings = {"optimizer": optimizer, "weight_decay": 0.1, "gradient_clipping": 1.0, "seed": 11}
    whole = open_session(**settings)
    train(whole, range(3))
    middle = whole.save_state("middle").result().unwrap()
    train(whole, range(3, 6))
    resumed = open_session(**settings)
    resumed.load_state(middle).result().unwrap()
    train(resumed, range(3, 6))
    paths = [session.save_state(name).result().unwrap() for session, name in ((whole, "a"), (resumed, "b"))]
    assert Path(paths[0]).read_bytes() == Path(paths[1]).read_bytes()
    assert Path(middle).read_bytes() != Path(paths[0]).read_bytes()


def test_the_same_seed_saves_the_same_bytes_and_another_seed_does_not(open_session: Any) -> None:
    contents: list[bytes] = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        session = open_session(seed=seed)
        train(session, range(3))
        contents.append(Path(session.save_state(name).result().unwrap()).read_bytes())
    assert contents[0] == contents[1] != contents[2]


def test_a_batch_larger_than_a_block_gives_what_its_parts_give(
    open_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = [text(seed, 20 + seed) for seed in range(6)]
    weights = np.arange(20) % 3 - 1.0
    data[0] = with_tensors(data[0], weights=weights)
    whole, cut = open_session(), open_session()
    expected = whole.forward_backward(data).result().unwrap()
    expected_custom = whole.forward_backward_custom(data, negative_log_likelihood).result().unwrap()
    norm = whole.optim_step(STEP).result().unwrap().grad_norm
    monkeypatch.setattr(packing, "BLOCK_POSITIONS", 16)
    found = cut.forward_backward(data).result().unwrap()
    found_custom = cut.forward_backward_custom(data, negative_log_likelihood).result().unwrap()
    assert cut.optim_step(STEP).result().unwrap().grad_norm == pytest.approx(norm, rel=1e-5)
    for one, other in ((expected, found), (expected_custom, found_custom), (expected, expected_custom)):
        assert one.loss == pytest.approx(other.loss, rel=1e-5)
        np.testing.assert_allclose(joined(one), joined(other), atol=1e-5)


def test_changing_an_array_after_its_submission_does_no_harm(open_session: Any) -> None:
    session, expected = open_session(), open_session().forward([text()]).result().unwrap()
    datum = text()
    first = session.forward_backward([datum])
    datum.model_input.chunks[0].tokens[...] = 0
    datum.loss_fn_inputs["weights"].array[...] = 0
    np.testing.assert_array_equal(joined(first.result().unwrap()), joined(expected))


@pytest.mark.parametrize(
    ("datum", "message"),
    [
        (
            make_datum(np.zeros(3, int), target_tokens=np.zeros(2, int), weights=np.ones(3)),
            "target_tokens has shape (2,), and the model input has 3 positions",
        ),
        (
            make_datum(np.zeros(3, int), target_tokens=np.zeros(3, int), weights=np.ones((3, 1))),
            "weights has shape (3, 1), and the model input has 3 positions",
        ),
        (
            make_datum(np.zeros(3, int), target_tokens=np.full(3, 262), weights=np.ones(3)),
            "target_tokens holds token 262, outside the vocabulary of 262",
        ),
        (
            make_datum(np.array([0, -3]), target_tokens=np.zeros(2, int), weights=np.ones(2)),
            "model input holds token -3, outside the vocabulary of 262",
        ),
        (with_tensors(text(), weights=None), "weights is missing"),
        (Datum(text().model_input, {"weights": TensorData.float32(np.ones(9))}), "target_tokens is missing"),
        (with_tensors(text(), mask=np.ones(9)), "cross_entropy does not use 'mask': leave it out"),
        (with_tensors(text(), target_tokens=np.zeros(9)), "target_tokens must be integers, not float32"),
        (
            make_datum(np.zeros(0, int), target_tokens=np.zeros(0, int), weights=np.ones(0)),
            "the model input has no positions",
        ),
        (
            Datum(ModelInput((ImageChunk("", "png", 9),)), text().loss_fn_inputs),
            "the local backend reads text only, and the model input holds an image",
        ),
    ],
)
def test_a_datum_that_cannot_be_read_is_named(open_session: Any, datum: Datum, message: str) -> None:
    session = open_session()
    for submit in (session.forward, session.forward_backward):
        assert error_of(submit([text(), text(1), datum])) == f"invalid_datum: datum 2: {message}"


def test_a_custom_batch_is_checked_too(open_session: Any) -> None:
    session = open_session()
    bad = with_tensors(text(), weights=np.ones(3))
    outcome = error_of(session.forward_backward_custom([text(), bad], negative_log_likelihood))
    assert outcome == "invalid_datum: datum 1: weights has shape (3,), and the model input has 9 positions"
    outcome = error_of(session.forward_backward_custom([], negative_log_likelihood))
    assert outcome == "invalid_datum: the batch has no datums"


def test_a_number_that_is_not_finite_is_named(open_session: Any) -> None:
    weights = np.ones(9)
    weights[8] = np.inf
    data = [text(), with_tensors(text(), weights=weights), text()]
    expected = "non_finite: datum 1: weights holds a number that is NaN or infinite"
    assert error_of(open_session().forward_backward(data)) == expected


def test_a_loss_that_overflows_changes_nothing(open_session: Any) -> None:
    session, fresh = open_session(), open_session()
    session.forward_backward([text()])
    old = with_tensors(text(), weights=None, logprobs=np.full(9, -800.0), advantages=np.ones(9))
    assert "is not finite; nothing was changed" in error_of(
        session.forward_backward([old], "importance_sampling")
    )
    huge = [text(weight=3e38)] * 20
    assert error_of(session.forward_backward(huge)).startswith("non_finite: ")
    fresh.forward_backward([text()])
    norms = [opened.optim_step(STEP).result().unwrap().grad_norm for opened in (session, fresh)]
    assert norms[0] == norms[1]


def test_a_zero_advantage_keeps_any_ratio_out_of_the_loss(open_session: Any) -> None:
    advantages = np.zeros(9)
    advantages[4] = 1.0
    logprobs = np.full(9, -800.0)
    logprobs[4] = -5.0
    datum = with_tensors(text(), weights=None, logprobs=logprobs, advantages=advantages)
    output = open_session().forward_backward([datum], "importance_sampling").result().unwrap()
    assert output.loss == pytest.approx(-np.exp(output.logprobs[0][4] + 5.0), rel=1e-5)


def test_a_step_that_fails_keeps_the_weights_and_drops_the_gradient(open_session: Any) -> None:
    session = open_session()
    before = session.forward([text()]).result().unwrap()
    session.forward_backward([text()])
    assert error_of(session.optim_step(AdamParams(1e39))).startswith(
        "non_finite: a step of learning rate 1e+39"
    )
    assert session.forward([text()]).result().unwrap().loss == before.loss
    assert session.optim_step(STEP).result().unwrap().grad_norm == 0.0


def test_step_parameters_out_of_range_keep_the_gradient(open_session: Any) -> None:
    session = open_session()
    session.forward_backward([text()])
    assert error_of(session.optim_step(AdamParams(-1.0))).startswith("unsupported_config: learning_rate")
    assert session.optim_step(STEP).result().unwrap().grad_norm > 0


@pytest.mark.parametrize(
    ("gradients", "message"),
    [
        ([np.zeros(9)], "the custom loss returned 1 gradients for 2 datums"),
        ([np.zeros(9), np.zeros(4)], "datum 1: the custom loss returned a gradient of shape (4,), not (5,)"),
        (
            [np.zeros((9, 1)), np.zeros(5)],
            "datum 0: the custom loss returned a gradient of shape (9, 1), not (9,)",
        ),
    ],
)
def test_a_custom_gradient_of_the_wrong_shape_is_refused(
    open_session: Any, gradients: list[Any], message: str
) -> None:
    session, data = open_session(), [text(), text(1, 5)]
    future = session.forward_backward_custom(data, lambda *_: CustomLossOutput(0.0, tuple(gradients)))
    assert error_of(future) == f"unsupported_loss: {message}"
    assert session.optim_step(STEP).result().unwrap().grad_norm == 0.0


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_custom_gradient_that_is_not_finite_is_refused(open_session: Any, value: float) -> None:
    session = open_session()
    gradient = np.ones(9) if np.isnan(value) else np.full(9, np.inf)
    future = session.forward_backward_custom([text()], lambda *_: CustomLossOutput(value, (gradient,)))
    assert error_of(future).startswith("non_finite: ")


def test_a_custom_loss_works_on_copies_of_the_datums_it_was_given(open_session: Any) -> None:
    seen: list[Any] = []

    def greedy_loss(data: Any, logprobs: Any) -> CustomLossOutput:
        seen.extend(data)
        for logprobs_N in logprobs:
            logprobs_N[...] = 0
        return CustomLossOutput(0.0, tuple(np.zeros_like(logprobs_N) for logprobs_N in logprobs))

    session, datum = open_session(), text()
    output = session.forward_backward_custom([datum], greedy_loss).result().unwrap()
    assert seen == [datum]
    assert (joined(output) < 0).all()
    assert session.optim_step(STEP).result().unwrap().grad_norm == 0.0


def test_an_exception_in_a_custom_loss_is_raised_and_the_session_goes_on(open_session: Any) -> None:
    session = open_session()

    def buggy_loss(data: Any, logprobs: Any) -> CustomLossOutput:
        raise ZeroDivisionError("a bug of the caller's")

    future = session.forward_backward_custom([text()], buggy_loss)
    assert session.optim_step(STEP).result().unwrap().grad_norm == 0.0
    with pytest.raises(ZeroDivisionError, match="the caller's"):
        future.result()


def test_metrics_are_those_asked_for_over_the_targets_that_count(open_session: Any) -> None:
    session = open_session(metrics=["loss", "accuracy", "perplexity"])
    datum = text()
    weights = np.array([0.0, 2.0, 1.0, -1.0, 0.0, 0.5, 0.0, 0.0, 0.0])
    for _ in range(30):
        session.forward_backward([with_tensors(datum, weights=np.eye(9)[1])])
        session.optim_step(STEP).result().unwrap()
    output = session.forward([with_tensors(datum, weights=weights)]).result().unwrap()
    counted = np.maximum(weights, 0)
    mean_nll = float(-(output.logprobs[0] @ counted) / counted.sum())
    assert output.metrics["loss"] == pytest.approx(mean_nll, rel=1e-6)
    assert output.metrics["perplexity"] == pytest.approx(np.exp(mean_nll), rel=1e-6)
    # Only the target it was trained on is the most likely one.
    assert output.metrics["accuracy"] == pytest.approx(1 / 3)
    assert set(open_session(metrics=["accuracy"]).forward([datum]).result().unwrap().metrics) == {"accuracy"}
    assert open_session().forward([datum]).result().unwrap().metrics == {}


def test_metrics_of_a_batch_in_which_nothing_counts_are_left_out(open_session: Any) -> None:
    session = open_session(metrics=["loss", "accuracy"])
    assert session.forward([text(weight=-1.0)]).result().unwrap().metrics == {}


def test_in_rl_targets_with_an_advantage_count_equally(open_session: Any) -> None:
    session = open_session(metrics=["loss"])
    advantages = np.array([0, 0, 3.0, -0.5, 0, 0, 0, 0, 1.0])
    datum = with_tensors(text(), weights=None, logprobs=np.full(9, -5.0), advantages=advantages)
    output = session.forward([datum], "cispo").result().unwrap()
    assert output.metrics["loss"] == pytest.approx(-output.logprobs[0][[2, 3, 8]].mean(), rel=1e-6)


def test_a_custom_loss_adds_its_metrics_to_those_of_the_session(open_session: Any) -> None:
    session = open_session(metrics=["loss", "accuracy"])
    data = [text(weight=0.5), with_tensors(text(1), weights=None)]

    def loss(data: Any, logprobs: Any) -> CustomLossOutput:
        gradients = tuple(np.zeros_like(logprobs_N) for logprobs_N in logprobs)
        return CustomLossOutput(0.0, gradients, {"accuracy": 0.75, "margin": 2.0})

    output = session.forward_backward_custom(data, loss).result().unwrap()
    weights = np.repeat([0.5, 1.0], 9)
    mean_nll = float(-(joined(output) @ weights) / weights.sum())
    assert output.metrics == {"loss": pytest.approx(mean_nll, rel=1e-6), "accuracy": 0.75, "margin": 2.0}


def test_perplexity_has_a_ceiling(open_session: Any) -> None:
    session = open_session(metrics=["perplexity"])
    session._engine.parameters.views["output.bias"][0] = 5e3
    data = [make_datum(np.zeros(1, int), target_tokens=np.ones(1, int), weights=np.ones(1))]
    assert session.forward(data).result().unwrap().metrics["perplexity"] == pytest.approx(np.exp(700))


def test_a_state_is_saved_under_its_name_in_the_state_dir(open_session: Any, tmp_path: Path) -> None:
    session = open_session(state_dir=tmp_path / "states")
    assert session.save_state("step-000010").result() == Ok(str(tmp_path / "states/step-000010.safetensors"))


@pytest.mark.parametrize("name", ["", "../escape", "a/b", ".hidden", "a b", "-x"])
def test_a_name_that_is_no_file_name_is_refused(open_session: Any, tmp_path: Path, name: str) -> None:
    outcome = error_of(open_session().save_state(name))
    assert outcome.startswith("unsupported_config: a state's name is made of letters")
    assert list(tmp_path.iterdir()) == []


def test_without_a_state_dir_nothing_is_saved(open_session: Any) -> None:
    outcome = error_of(open_session(state_dir=None).save_state("a"))
    assert outcome == (
        "unsupported_config: the session was opened without a state_dir: there is nowhere to save a state"
    )


def test_a_state_that_cannot_be_written_is_an_error(open_session: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = error_of(open_session(state_dir=tmp_path / "file").save_state("a"))
    assert outcome.startswith("backend_failed: cannot write the state")


def test_a_state_of_another_shape_or_optimizer_is_refused(open_session: Any, tmp_path: Path) -> None:
    path = open_session(optimizer="sgd").save_state("a").result().unwrap()
    session = open_session(optimizer="adam", seed=4)
    before = session.forward([text()]).result().unwrap().loss
    assert error_of(session.load_state(path)) == (
        f"state_incompatible: {path} holds the state of sgd, the session has adam: "
        "load it with_optimizer=False to start the optimizer anew"
    )
    assert session.forward([text()]).result().unwrap().loss == before
    session.load_state(path, with_optimizer=False).result().unwrap()
    assert session.forward([text()]).result().unwrap().loss != before

    other = LocalTrainingClient().open(
        {"model_ref": {"id": "byte-lm", "options": {**SIZES, "hidden_dim": 7}}}
    )
    outcome = other.unwrap().load_state(path).result()
    other.unwrap().close()
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.STATE_INCOMPATIBLE
    assert "hidden_dim=6" in outcome.error.message
    assert "hidden_dim=7" in outcome.error.message


def test_without_its_optimizer_a_state_begins_like_a_fresh_session(open_session: Any) -> None:
    trained = open_session()
    train(trained, range(4))
    path = trained.save_state("trained").result().unwrap()
    trained.load_state(path, with_optimizer=False).result().unwrap()
    fresh = open_session(model_ref={"id": "byte-lm", "artifact_uri": path})
    for session in (trained, fresh):
        train(session, range(2))
    saved = [
        Path(session.save_state(name).result().unwrap()) for session, name in ((trained, "a"), (fresh, "b"))
    ]
    assert saved[0].read_bytes() == saved[1].read_bytes()


def test_a_sampler_outlives_its_session(open_session: Any) -> None:
    session = open_session()
    sampler = session.sampler().result().unwrap()
    session.close()
    assert len(sampler.logprobs([1, 2, 3]).result().unwrap()) == 3
    sampler.close()
