"""Sampling: the distribution that was asked for, the same draw for the same seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.model import ByteLM
from crucible_train.bytelm.parameters import Parameters
from crucible_train.bytelm.sampling import check_sampling, choose, sample, score
from crucible_train.bytelm.vocabulary import PAD, VOCAB_SIZE
from crucible_train.session import SamplingParams, SessionErrorCode

SIZES = Architecture(context_length=4, embedding_dim=3, hidden_dim=6)


def model(seed: int = 0, sharpness: float = 1.0) -> ByteLM:
    parameters = Parameters.initial(SIZES, seed)
    parameters.values[...] = sharpness * np.random.default_rng(seed).standard_normal(parameters.values.size)
    return ByteLM(parameters)


def test_first_tokens_are_drawn_as_often_as_the_model_says() -> None:
    lm, prompt, draws = model(), [65, 66], 20_000
    probabilities_V = np.exp(lm.next_logprobs(np.array([[PAD, PAD, *prompt]]))[0].astype(np.float64))
    counts = Counter(s.tokens[0] for s in sample(lm, prompt, SamplingParams(1, seed=7), draws))
    for token in np.argsort(-probabilities_V)[:8]:
        expected = draws * probabilities_V[token]
        assert abs(counts[int(token)] - expected) < 5 * np.sqrt(expected)


@pytest.mark.parametrize("temperature", [0.25, 1.0, 4.0])
def test_temperature_divides_the_logits(temperature: float) -> None:
    probabilities = np.array([0.5, 0.3, 0.2])
    uniforms = (np.arange(20_000) + 0.5) / 20_000
    logprobs = np.tile(np.log(probabilities), (len(uniforms), 1))
    chosen = choose(logprobs, uniforms, temperature, 1.0)
    expected = probabilities ** (1 / temperature)
    found = np.bincount(chosen, minlength=3) / len(uniforms)
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-4)


@pytest.mark.parametrize(
    ("top_p", "kept"), [(1e-9, [1]), (0.49, [1]), (0.51, [1, 3]), (0.79, [1, 3]), (0.9, [0, 1, 3])]
)
def test_top_p_keeps_the_fewest_tokens_that_reach_it(top_p: float, kept: list[int]) -> None:
    probabilities = np.array([0.15, 0.5, 0.05, 0.3])
    uniforms = (np.arange(4_000) + 0.5) / 4_000
    chosen = choose(np.tile(np.log(probabilities), (len(uniforms), 1)), uniforms, 1.0, top_p)
    assert sorted(set(chosen.tolist())) == kept
    found = np.bincount(chosen, minlength=4)[kept] / len(uniforms)
    np.testing.assert_allclose(found, probabilities[kept] / probabilities[kept].sum(), atol=1e-3)


def test_extreme_uniforms_choose_tokens_that_can_occur() -> None:
    logprobs = np.array([[-np.inf, np.log(0.5), -np.inf, np.log(0.5), -np.inf]] * 2)
    chosen = choose(logprobs, np.array([0.0, np.nextafter(1.0, 0.0)]), 1.0, 1.0)
    assert chosen.tolist() == [1, 3]


def test_the_tiniest_temperature_is_greedy() -> None:
    logprobs = model().next_logprobs(np.zeros((5, 4), np.intp) + np.arange(5)[:, None])
    greedy = choose(logprobs, np.full(5, 0.99), 0.0, 1.0)
    np.testing.assert_array_equal(choose(logprobs, np.full(5, 0.99), 5e-324, 1.0), greedy)
    np.testing.assert_array_equal(greedy, logprobs.argmax(axis=1))


def test_a_sample_does_not_depend_on_how_many_are_drawn_with_it() -> None:
    params = SamplingParams(12, seed=3)
    assert sample(model(), [1], params, 5)[:2] == sample(model(), [1], params, 2)


def test_a_sample_does_not_depend_on_when_others_stop() -> None:
    params = SamplingParams(40, seed=3)
    free = sample(model(), [1], params, 6)
    stop = free[0].tokens[2]
    for stopped, whole in zip(sample(model(), [1], replace(params, stop=(stop,)), 6), free, strict=True):
        assert stopped.tokens == whole.tokens[: len(stopped.tokens)]
        assert (stopped.stop_reason == "stop") == (stop in whole.tokens)
        assert len(stopped.tokens) == (whole.tokens.index(stop) + 1 if stop in whole.tokens else 40)


def test_only_the_last_tokens_of_a_long_prompt_matter() -> None:
    params = SamplingParams(5, seed=1)
    long, short = [9] * 30 + [1, 2, 3, 4], [1, 2, 3, 4]
    assert sample(model(), long, params, 1) == sample(model(), short, params, 1)


def test_scores_are_the_log_probabilities_of_each_token_given_those_before() -> None:
    lm, tokens = model(), [3, 1, 4, 1, 5, 9, 2, 6]
    expected: list[float | None] = [None]
    for place in range(1, len(tokens)):
        context = ([PAD] * 4 + tokens[:place])[-4:]
        expected.append(float(lm.next_logprobs(np.array([context]))[0][tokens[place]]))
    scores = score(lm, tokens)
    assert scores[0] is None
    assert scores[1:] == pytest.approx(expected[1:], abs=1e-5)
    assert score(lm, [3]) == (None,)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_tokens": 0}, "max_tokens must be 1 or more"),
        ({"temperature": -0.1}, "temperature must be 0 (greedy) or more, and finite"),
        ({"temperature": float("inf")}, "temperature must be 0 (greedy) or more, and finite"),
        ({"top_p": 0.0}, "top_p must be in (0, 1]"),
        ({"top_p": float("nan")}, "top_p must be in (0, 1]"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"stop": (VOCAB_SIZE,)}, "stop tokens must be in [0, 262)"),
    ],
)
def test_parameters_out_of_range_are_refused(wrong: dict[str, float], message: str) -> None:
    problem = check_sampling(replace(SamplingParams(1), **wrong), 1)
    assert problem is not None
    assert problem.code is SessionErrorCode.UNSUPPORTED_CONFIG
    assert problem.message == message


def test_no_samples_at_all_are_refused() -> None:
    problem = check_sampling(SamplingParams(1), 0)
    assert problem is not None
    assert problem.message == "num_samples must be 1 or more"
    assert check_sampling(SamplingParams(1, 0, 1, (0, 261)), 1) is None
