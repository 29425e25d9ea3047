"""Did-you-mean: what is near, what is not, and how it is said."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train.diagnostics.suggest import did_you_mean, misspelt, nearest, one_of
from crucible_train.loops.supervised.config import SupervisedConfig

KNOWN = (
    "id",
    "seed",
    "epochs",
    "num_epochs",
    "learning_rate",
    "lr_schedule",
    "batch_size",
    "eval_batch_size",
)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("learning_rat", "learning_rate"),
        ("lerning_rate", "learning_rate"),
        ("Learning-Rate", "learning_rate"),
        ("learningrate", "learning_rate"),
        ("learning rate", "learning_rate"),
        ("EPOCHS", "epochs"),
        ("epoch", "epochs"),
        ("n_epochs", "epochs"),
        ("num_epoch", "num_epochs"),
        ("di", "id"),
        ("ids", "id"),
        ("i", "id"),
        ("sede", "seed"),
        ("bacth_size", "batch_size"),
        ("lr_shedule", "lr_schedule"),
    ],
)
def test_a_slip_has_its_word(word: str, known: str) -> None:
    assert nearest(word, KNOWN) == known
    assert did_you_mean(word, KNOWN) == f"did you mean `{known}`?"


@pytest.mark.parametrize("word", ["zzz", "optimizer_state", "", "q"])
def test_what_is_near_nothing_has_none(word: str) -> None:
    assert nearest(word, KNOWN) is None
    assert did_you_mean(word, KNOWN) is None


def test_nothing_is_near_no_candidates() -> None:
    assert nearest("a", []) is None


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("learning_rat", "learning_rate"),
        ("lerning_rte", "learning_rate"),
        ("Learning-Rate", "learning_rate"),
        ("bacth_size", "batch_size"),
        ("sede", "seed"),
    ],
)
def test_what_can_only_be_a_slip(word: str, known: str) -> None:
    assert misspelt(word, KNOWN) == known


@pytest.mark.parametrize("word", ["num_steps", "batch_size_val", "ids", "zzz", ""])
def test_what_may_be_another_word(word: str) -> None:
    assert misspelt(word, KNOWN) is None


def test_what_may_be_either_of_two() -> None:
    assert misspelt("adam_beta", ["adam_beta1", "adam_beta2"]) is None
    assert misspelt("adam_beta1", ["adam_beta1", "adam_beta2"]) == "adam_beta1"
    assert misspelt("a", []) is None


def slips(word: str) -> st.SearchStrategy[str]:
    """One character inserted, dropped, replaced, or swapped with the next."""
    at = st.integers(0, len(word) - 1)
    letter = st.sampled_from(string.ascii_lowercase)
    return st.one_of(
        st.tuples(st.integers(0, len(word)), letter).map(lambda t: word[: t[0]] + t[1] + word[t[0] :]),
        at.map(lambda i: word[:i] + word[i + 1 :]),
        st.tuples(at, letter).map(lambda t: word[: t[0]] + t[1] + word[t[0] + 1 :]),
        st.integers(0, len(word) - 2).map(lambda i: word[:i] + word[i + 1] + word[i] + word[i + 2 :]),
    )


@given(
    st.sampled_from(sorted(SupervisedConfig.spec_keys())).flatmap(
        lambda key: st.tuples(st.just(key), slips(key))
    )
)
def test_one_slip_always_has_a_suggestion(case: tuple[str, str]) -> None:
    key, written = case
    found = nearest(written, SupervisedConfig.spec_keys())
    assert found is not None
    assert misspelt(written, SupervisedConfig.spec_keys()) in (found, None)
    assert nearest(written, [key]) == key


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "`a`"), (["a", "b"], "`a` or `b`"), (["a", "b", "c"], "`a`, `b` or `c`")],
)
def test_choices_in_words(words: list[str], text: str) -> None:
    assert one_of(words) == text
