"""Hypothesis strategies for specs: valid IR models, valid supervised specs, arbitrary JSON."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from crucible_train.loops.supervised.config import SupervisedConfig

NAMES = st.text(min_size=1, max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=3)
POSITIVE = st.floats(min_value=0, exclude_min=True, allow_nan=False, allow_infinity=False)
COUNTS = st.integers(1, 2**40)
FRACTIONS = st.floats(0, 1, exclude_max=True)
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMESTAMPS = st.datetimes(timezones=OFFSETS).map(lambda moment: moment.isoformat())


def mapping(required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> Any:
    """A mapping with the required keys, and some of the others, which may be null."""
    return st.fixed_dictionaries(
        required, optional={name: st.none() | values for name, values in optional.items()}
    )


MODEL_REFS = mapping(
    {"id": NAMES},
    name=NAMES,
    version=NAMES,
    artifact_uri=NAMES,
    architecture=NAMES,
    task=NAMES,
    metadata=OBJECTS,
    provider=NAMES,
    framework=NAMES,
    options=OBJECTS,
)
DATASET_REFS = mapping(
    {"name": NAMES},
    version=NAMES,
    format=NAMES,
    schema=OBJECTS,
    provider=NAMES,
    split=NAMES,
    options=OBJECTS,
)
TRAINING_CONFIGS = mapping(
    {"id": NAMES, "model_ref": MODEL_REFS, "dataset_ref": DATASET_REFS},
    epochs=COUNTS,
    batch_size=COUNTS,
    learning_rate=POSITIVE,
    optimizer=NAMES,
    loss_function=NAMES,
    metrics=st.lists(NAMES, max_size=3),
    validation_split=FRACTIONS,
    device=NAMES,
    seed=st.integers(0, 2**64),
    mixed_precision=st.booleans(),
    gradient_clipping=POSITIVE,
    early_stopping=OBJECTS,
    checkpoint_every=COUNTS,
    options=OBJECTS,
)
TRAINING_RUNS = st.fixed_dictionaries(
    {"id": NAMES, "config": TRAINING_CONFIGS},
    optional={
        "status": st.sampled_from(["pending", "running", "completed", "failed", "cancelled"]),
        "current_epoch": st.none() | st.integers(0, 2**40),
        "metrics_history": st.none() | st.lists(OBJECTS, max_size=2),
        "best_metrics": st.none() | OBJECTS,
        "checkpoint_uris": st.none() | st.lists(NAMES, max_size=2),
        "final_model_version": st.none() | NAMES,
        "started_at": st.none() | TIMESTAMPS,
        "completed_at": st.none() | TIMESTAMPS,
        "error_message": st.none() | NAMES,
        "options": st.none() | OBJECTS,
    },
)
STAGE_DEFS = mapping({"name": NAMES}, module=NAMES, options=OBJECTS, enabled=st.booleans())

IR_DOCUMENTS: dict[str, Any] = {
    "Training.Config": TRAINING_CONFIGS,
    "Training.Run": TRAINING_RUNS,
    "ModelRef": MODEL_REFS,
    "DatasetRef": DATASET_REFS,
    "StageDef": STAGE_DEFS,
}

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
