"""Drawing continuations, and scoring given tokens.

Sources: top-p (nucleus) sampling, Holtzman et al. 2020, arXiv:1904.09751; inverse-transform sampling, Devroye
1986, "Non-Uniform Random Variate Generation", chapter III.

Shape legend: S samples, C context length, V vocabulary, T tokens.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from crucible_train.bytelm.packing import pack
from crucible_train.bytelm.vocabulary import PAD, VOCAB_SIZE
from crucible_train.session import SampledSequence, SamplingParams, SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from crucible_train.bytelm.model import ByteLM
    from crucible_train.bytelm.parameters import FloatArray


def check_sampling(params: SamplingParams, num_samples: int) -> SessionError | None:
    """Why this cannot be sampled (`unsupported_config`), or `None`. All problems are in the message."""
    rules = {
        "num_samples must be 1 or more": num_samples >= 1,
        "max_tokens must be 1 or more": params.max_tokens >= 1,
        "temperature must be 0 (greedy) or more, and finite": 0 <= params.temperature < math.inf,
        "top_p must be in (0, 1]": 0 < params.top_p <= 1,
        "seed must be 0 or more": params.seed >= 0,
        f"stop tokens must be in [0, {VOCAB_SIZE})": all(0 <= token < VOCAB_SIZE for token in params.stop),
    }
    problems = [rule for rule, holds in rules.items() if not holds]
    return SessionError(SessionErrorCode.UNSUPPORTED_CONFIG, "; ".join(problems)) if problems else None


def sample(
    model: ByteLM, prompt_tokens: Sequence[int], params: SamplingParams, num_samples: int
) -> tuple[SampledSequence, ...]:
    """Continuations of a non-empty prompt, all advanced together.

    Sample s draws from a random stream of its own, so it does not depend on when the others end.
    """
    context_length = model.parameters.architecture.context_length
    window = [PAD] * context_length + list(prompt_tokens)
    contexts_SC = np.tile(np.asarray(window[-context_length:], dtype=np.intp), (num_samples, 1))
    streams = [
        np.random.Generator(np.random.PCG64(sequence))
        for sequence in np.random.SeedSequence(params.seed).spawn(num_samples)
    ]
    tokens: list[list[int]] = [[] for _ in streams]
    logprobs: list[list[float]] = [[] for _ in streams]
    stopped = [False] * num_samples
    running = np.arange(num_samples)
    for _ in range(params.max_tokens):
        logprobs_SV = model.next_logprobs(contexts_SC[running])
        uniforms_S = np.array([streams[index].random() for index in running])
        chosen_S = choose(logprobs_SV, uniforms_S, params.temperature, params.top_p)
        chosen_logprobs_S = logprobs_SV[np.arange(len(running)), chosen_S]
        contexts_SC[running, :-1] = contexts_SC[running, 1:]
        contexts_SC[running, -1] = chosen_S
        for index, token, logprob in zip(
            running.tolist(), chosen_S.tolist(), chosen_logprobs_S.tolist(), strict=True
        ):
            tokens[index].append(token)
            logprobs[index].append(logprob)
            stopped[index] = token in params.stop
        running = np.array([index for index in running.tolist() if not stopped[index]], dtype=np.intp)
        if running.size == 0:
            break
    return tuple(
        SampledSequence(tuple(tokens[index]), tuple(logprobs[index]), "stop" if stopped[index] else "length")
        for index in range(num_samples)
    )


def choose(
    logprobs_SV: FloatArray, uniforms_S: FloatArray, temperature: float, top_p: float
) -> NDArray[np.intp]:
    """One token per row: the most likely at temperature 0, else by inverse transform of `uniforms_S`.

    `top_p` keeps, after the temperature, the fewest most likely tokens whose probabilities reach it.
    """
    if temperature == 0:
        return logprobs_SV.argmax(axis=1)
    below_max_SV = logprobs_SV.astype(np.float64) - logprobs_SV.max(axis=1, keepdims=True)
    with np.errstate(over="ignore"):  # a tiny temperature makes -inf of all but the maximum, rightly
        weights_SV = np.exp(below_max_SV / temperature)
    if top_p < 1:
        order_SV = np.argsort(-weights_SV, axis=1, kind="stable")
        sorted_SV = np.take_along_axis(weights_SV, order_SV, axis=1)
        before_SV = np.cumsum(sorted_SV, axis=1) - sorted_SV
        kept_SV = before_SV < top_p * sorted_SV.sum(axis=1, keepdims=True)
        np.put_along_axis(weights_SV, order_SV, sorted_SV * kept_SV, axis=1)
    cumulative_SV = np.cumsum(weights_SV, axis=1)
    # Strictly above: a token of weight 0 is never chosen, whatever the uniform.
    return np.argmax(cumulative_SV > (uniforms_S * cumulative_SV[:, -1])[:, None], axis=1)


def score(model: ByteLM, tokens: Sequence[int]) -> tuple[float | None, ...]:
    """log p of each token given those before it; the first has none before it, and so `None`."""
    tokens_T = np.asarray(tokens, dtype=np.int64)
    if len(tokens_T) == 1:
        return (None,)
    packed = pack([tokens_T[:-1]], [tokens_T[1:]], model.parameters.architecture.context_length)
    scores = [model.forward(block).tolist() for block in packed.blocks()]
    return (None, *(value for block_scores in scores for value in block_scores))
