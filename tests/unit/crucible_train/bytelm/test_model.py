"""The model: its analytic gradient is the numerical one, and no position sees what comes after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from crucible_train.bytelm import packing
from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.model import ByteLM
from crucible_train.bytelm.packing import pack
from crucible_train.bytelm.parameters import Parameters, num_parameters
from crucible_train.bytelm.vocabulary import PAD, VOCAB_SIZE

if TYPE_CHECKING:
    from crucible_train.bytelm.packing import PackedBatch
    from crucible_train.bytelm.parameters import FloatArray

SMALL = Architecture(context_length=3, embedding_dim=4, hidden_dim=5)


def exact_model(seed: int = 1) -> ByteLM:
    """A float64 model with no weight near zero: fresh ones hide mistakes in the layers below."""
    parameters = Parameters.initial(SMALL, seed, np.float64)
    parameters.values[...] = 0.5 * np.random.default_rng(seed).standard_normal(parameters.values.size)
    return ByteLM(parameters)


def random_batch(*lengths: int, seed: int = 0, architecture: Architecture = SMALL) -> PackedBatch:
    random = np.random.default_rng(seed)
    texts = [random.integers(0, VOCAB_SIZE, length + 1) for length in lengths]
    inputs, targets = [text[:-1] for text in texts], [text[1:] for text in texts]
    return pack(inputs, targets, architecture.context_length)


def logprobs(model: ByteLM, batch: PackedBatch) -> FloatArray:
    return np.concatenate([model.forward(block) for block in batch.blocks()])


def gradient(model: ByteLM, batch: PackedBatch, weights_M: FloatArray) -> FloatArray:
    """The gradient of sum(weights * logprobs), at the positions whose weight is not zero."""
    total = Parameters.zeros(model.parameters.architecture, model.parameters.values.dtype)
    for block in batch.blocks(np.flatnonzero(weights_M)):
        model.forward(block)
        model.backward(weights_M[block.positions_M], total)
    return total.values


def test_the_gradient_is_the_numerical_one_for_every_parameter() -> None:
    model, batch = exact_model(), random_batch(6, 1, 4)
    weights_M = np.array([1.0, -2.0, 0.0, 0.5, 0.0, 0.0, 3.0, 0.0, -1.0, 1.0, 0.25])
    analytic = gradient(model, batch, weights_M)
    values, step = model.parameters.values, 1e-6
    numerical = np.empty_like(values)
    for index in range(values.size):
        original = values[index]
        sides: list[float] = []
        for moved in (original + step, original - step):
            values[index] = moved
            sides.append(float(weights_M @ logprobs(model, batch)))
        values[index] = original
        numerical[index] = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(analytic, numerical, rtol=1e-5, atol=1e-8)
    touched = Parameters(SMALL, analytic).views
    assert all(np.any(view) for view in touched.values()), "a layer got no gradient at all"


def test_the_gradient_is_linear_in_the_weights() -> None:
    model, batch = exact_model(), random_batch(7, 3)
    random = np.random.default_rng(3)
    one_M, other_M = random.standard_normal(10), random.standard_normal(10)
    combined = gradient(model, batch, 2 * one_M - 3 * other_M)
    np.testing.assert_allclose(
        combined, 2 * gradient(model, batch, one_M) - 3 * gradient(model, batch, other_M), atol=1e-12
    )


def test_blocks_do_not_show_in_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    model, batch = exact_model(), random_batch(9, 2, 13)
    weights_M = np.random.default_rng(4).standard_normal(24) * (np.arange(24) % 3 > 0)
    whole = logprobs(model, batch), gradient(model, batch, weights_M)
    monkeypatch.setattr(packing, "BLOCK_POSITIONS", 4)
    cut = logprobs(model, batch), gradient(model, batch, weights_M)
    np.testing.assert_allclose(cut[0], whole[0], atol=1e-12)
    np.testing.assert_allclose(cut[1], whole[1], atol=1e-12)


def test_no_log_probability_depends_on_a_later_token() -> None:
    model = exact_model()
    tokens = np.arange(8)
    before = logprobs(model, pack([tokens], [tokens], SMALL.context_length))
    for place in range(8):
        changed = tokens.copy()
        changed[place] += 100
        after = logprobs(model, pack([changed], [tokens], SMALL.context_length))
        seen = np.flatnonzero(before != after)
        expected = range(place, min(place + SMALL.context_length, 8))
        assert seen.tolist() == list(expected)


def test_sequences_do_not_see_one_another() -> None:
    model = exact_model()
    texts = [np.arange(5), np.arange(50, 52), np.arange(90, 99)]
    together = logprobs(model, pack(texts, texts, SMALL.context_length))
    alone = [logprobs(model, pack([text], [text], SMALL.context_length)) for text in texts]
    np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-12)


def test_log_probabilities_are_those_of_a_distribution() -> None:
    model = exact_model()
    context = np.array([5, 6, 7])
    whole_V = model.next_logprobs(context[None])[0]
    assert np.exp(whole_V).sum() == pytest.approx(1.0, abs=1e-12)
    each = [logprobs(model, pack([context], [np.array([0, 0, token])], 3))[-1] for token in range(VOCAB_SIZE)]
    np.testing.assert_allclose(each, whole_V, atol=1e-12)


def test_next_logprobs_takes_any_number_of_contexts() -> None:
    model = exact_model()
    contexts = np.random.default_rng(0).integers(0, PAD + 1, (packing.BLOCK_POSITIONS + 3, 3))
    many = model.next_logprobs(contexts)
    assert many.shape == (len(contexts), VOCAB_SIZE)
    np.testing.assert_allclose(many[-1], model.next_logprobs(contexts[-1:])[0], atol=1e-12)


def test_the_target_is_the_argmax_where_nothing_is_more_likely() -> None:
    model = exact_model()
    best = int(model.next_logprobs(np.array([[PAD, PAD, 9]]))[0].argmax())
    for block in pack([np.array([9]), np.array([9])], [np.array([best]), np.array([best - 1])], 3).blocks():
        model.forward(block)
    assert model.target_is_argmax_M.tolist() == [True, False]


def test_huge_logits_do_not_overflow() -> None:
    parameters = Parameters.initial(SMALL, 0)
    parameters.views["output.bias"][7] = 3e4
    tokens = np.array([1, 2])
    found = logprobs(ByteLM(parameters), pack([tokens], [np.array([7, 8])], 3))
    assert found[0] == 0.0
    assert found[1] == pytest.approx(-3e4, rel=1e-5)


def test_everything_stays_in_the_parameters_dtype() -> None:
    model, batch = ByteLM(Parameters.initial(SMALL, 0)), random_batch(5)
    assert logprobs(model, batch).dtype == np.float32
    assert gradient(model, batch, np.ones(5, np.float32)).dtype == np.float32
    assert model.next_logprobs(np.zeros((1, 3), np.intp)).dtype == np.float32


def test_backward_needs_a_forward_of_its_own() -> None:
    model, batch = exact_model(), random_batch(4)
    total = Parameters.zeros(SMALL, np.float64)
    with pytest.raises(RuntimeError, match="without a forward"):
        model.backward(np.ones(4), total)
    model.forward(next(batch.blocks()))
    model.backward(np.ones(4), total)
    with pytest.raises(RuntimeError, match="without a forward"):
        model.backward(np.ones(4), total)


def test_initial_weights_depend_on_the_seed_alone() -> None:
    first, again, other = (Parameters.initial(SMALL, seed).values for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_new_model_guesses_nearly_uniformly() -> None:
    model = ByteLM(Parameters.initial(Architecture(), 0))
    found = logprobs(model, random_batch(300, architecture=Architecture()))
    assert -found.mean() == pytest.approx(np.log(VOCAB_SIZE), abs=0.05)


def test_the_default_model_has_as_many_parameters_as_its_shapes_say() -> None:
    assert num_parameters(Architecture()) == 263 * 16 + 385 * 192 + 193 * 192 + 193 * 262


def test_biases_do_not_decay() -> None:
    flags = Parameters(SMALL, Parameters.zeros(SMALL).decayed().astype(np.float32)).views
    assert {name for name, view in flags.items() if not view.any()} == {
        "hidden.bias",
        "residual.bias",
        "output.bias",
    }
    assert all(view.all() for name, view in flags.items() if not name.endswith("bias"))
