"""Hypothesis strategies for specs: valid supervised specs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crucible_train.loops.supervised.config import SupervisedConfig
from tests.support.ir_strategies import TRAINING_CONFIGS
from tests.support.value_strategies import COUNTS, FRACTIONS, JSON, NAMES, POSITIVE, mapping

SCHEDULES = st.recursive(
    st.sampled_from(["linear", "Cosine", "CONSTANT"]),
    lambda inner: st.fixed_dictionaries({"warmup": st.integers(0, 9), "schedule": inner}),
    max_leaves=3,
)
STAGE_SETTINGS: dict[str, Any] = {
    "max_steps": COUNTS,
    "lr_schedule": SCHEDULES,
    "adam_beta1": FRACTIONS,
    "adam_eps": POSITIVE,
    "reduction": st.sampled_from(["token_mean", "example_mean", "sum"]),
    "train_on": st.sampled_from(["all_assistant", "last_assistant", "all_tokens"]),
    "max_length": st.integers(2, 2**20),
    "drop_last_batch": st.booleans(),
    "submit_ahead": st.integers(0, 64),
    "eval_every": st.integers(0, 2**20),
    "log_path": NAMES,
    "logger": st.sampled_from(["progress", "console", "none"]),
    "sample_prompts": st.lists(st.text(max_size=5), max_size=2),
    "sample_temperature": st.floats(0, 2),
}
STOPPING = mapping(
    {"monitor": st.sampled_from(["loss", "train_loss", "train_bits_per_byte"])},
    patience=COUNTS,
    min_delta=st.floats(0, 10),
    mode=st.sampled_from(["min", "max"]),
).map(lambda stopping: {key: value for key, value in stopping.items() if value is not None})

KNOWN = SupervisedConfig.spec_keys() | {"optimizer", "lr", "beta"}
BACKENDS_OWN = st.text(min_size=1, max_size=8).filter(lambda name: name not in KNOWN)


@st.composite
def supervised_specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec that normalises, with settings beside the training config's keys and in its options."""
    spec = draw(TRAINING_CONFIGS)
    spec["early_stopping"] = draw(st.none() | STOPPING)
    beside, inside = (
        {
            name: draw(st.none() | STAGE_SETTINGS[name])
            for name in draw(st.sets(st.sampled_from([*STAGE_SETTINGS])))
        }
        for _ in range(2)
    )
    told = draw(st.dictionaries(BACKENDS_OWN, JSON, max_size=2))
    spec["options"] = draw(st.none() | st.just({**inside, **told}))
    return {**spec, **beside}
