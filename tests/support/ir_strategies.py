"""Hypothesis strategies for valid documents of every IR type."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support.backend_strategies import CAPABILITIES, COMPLETIONS, PROMPTS, backend_options
from tests.support.value_strategies import (
    COUNTS,
    FRACTIONS,
    JSON,
    LISTS,
    NAMES,
    NUMBERS,
    OBJECTS,
    PERCENTAGES,
    POSITIVE,
    TIMESTAMPS,
    WHOLE,
    mapping,
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
    metrics=LISTS,
    validation_split=FRACTIONS,
    device=NAMES,
    seed=st.integers(0, 2**64),
    mixed_precision=st.booleans(),
    gradient_clipping=POSITIVE,
    early_stopping=OBJECTS,
    checkpoint_every=COUNTS,
    options=OBJECTS,
)
TRAINING_RUNS = mapping(
    {"id": NAMES, "config": TRAINING_CONFIGS},
    {"status": st.sampled_from(["pending", "running", "completed", "failed", "cancelled"])},
    current_epoch=WHOLE,
    metrics_history=st.lists(OBJECTS, max_size=2),
    best_metrics=OBJECTS,
    checkpoint_uris=LISTS,
    final_model_version=NAMES,
    started_at=TIMESTAMPS,
    completed_at=TIMESTAMPS,
    error_message=NAMES,
    options=OBJECTS,
)
OUTPUT_SPECS = mapping({"name": NAMES}, options=OBJECTS, formats=LISTS, sink=NAMES)
VERSIONS = st.from_regex(r"[0-9]\.[1-9][0-9]\.0(-rc\.[1-9]|-a-b\.0)?(\+[a-z0-9]{1,3})?", fullmatch=True)
MODEL_VERSIONS = mapping(
    {"id": NAMES, "model_id": NAMES, "version": VERSIONS},
    training_run_id=NAMES,
    metrics=OBJECTS,
    artifact_uri=NAMES,
    parent_version=VERSIONS,
    description=NAMES,
    created_at=TIMESTAMPS,
    created_by=NAMES,
    stage=NAMES,
    options=OBJECTS,
)
BACKEND_REFS = st.recursive(
    st.fixed_dictionaries({"id": NAMES}),
    lambda fallback: mapping(
        {"id": NAMES},
        model_version=NAMES,
        endpoint_url=NAMES,
        deployment_id=NAMES,
        fallback=fallback,
        profile=NAMES,
        options=OBJECTS,
    ),
    max_leaves=3,
)
STAGE_DEFS = mapping({"name": NAMES}, module=NAMES, options=OBJECTS, enabled=st.booleans())

FEEDBACK_EVENTS = mapping(
    {"id": NAMES},
    deployment_id=NAMES,
    model_version=NAMES,
    input=OBJECTS,
    output=OBJECTS,
    feedback_value=JSON,
    user_id=NAMES,
    session_id=NAMES,
    latency_ms=WHOLE,
    metadata=OBJECTS,
    feedback_type=NAMES,
    timestamp=TIMESTAMPS,
)
FEEDBACK_CONFIGS = mapping(
    {},
    retention_days=WHOLE,
    drift_detection=OBJECTS,
    retraining_trigger=OBJECTS,
    enabled=st.booleans(),
    sampling_rate=st.floats(0, 1),
    feedback_types=LISTS,
    storage=NAMES,
    anonymize_pii=st.booleans(),
    options=OBJECTS,
)


@st.composite
def ensembles(draw: st.DrawFn) -> dict[str, Any]:
    """Weights of a weighted ensemble are of models that it lists."""
    ensemble = draw(ANY_ENSEMBLES)
    models = ensemble.get("models")
    if ensemble.get("strategy") == "weighted" and models is not None and ensemble.get("weights"):
        ensemble["weights"] = dict.fromkeys(models, 0.5)
    return ensemble


ANY_ENSEMBLES = mapping(
    {},
    {
        "strategy": st.sampled_from(["none", "majority", "weighted", "best_confidence", "unanimous"]),
        "execution_mode": st.sampled_from(["parallel", "sequential", "hedged", "cascade"]),
    },
    models=LISTS,
    weights=st.dictionaries(NAMES, st.floats(0, 2), max_size=2),
    min_agreement=st.floats(0, 1),
    timeout_ms=WHOLE,
    options=OBJECTS,
)
HEDGING_CONFIGS = mapping(
    {},
    {"strategy": st.sampled_from(["off", "fixed", "percentile", "adaptive", "workload_aware"])},
    delay_ms=WHOLE,
    percentile=PERCENTAGES,
    max_hedges=WHOLE,
    budget_percent=PERCENTAGES,
    options=OBJECTS,
)
STATS_CONFIGS = mapping(
    {},
    tests=LISTS,
    alpha=st.floats(0, 1),
    confidence_level=st.floats(0, 1, exclude_min=True, exclude_max=True),
    effect_size_type=NAMES,
    multiple_testing_correction=NAMES,
    bootstrap_iterations=COUNTS,
    options=OBJECTS,
)
FAIRNESS_CONFIGS = mapping(
    {},
    enabled=st.booleans(),
    metrics=LISTS,
    group_by=NAMES,
    threshold=NUMBERS,
    fail_on_violation=st.booleans(),
    options=OBJECTS,
)
GUARDRAIL_CONFIGS = mapping(
    {},
    profiles=LISTS,
    prompt_injection_detection=st.booleans(),
    jailbreak_detection=st.booleans(),
    pii_detection=st.booleans(),
    pii_redaction=st.booleans(),
    content_moderation=st.booleans(),
    fail_on_detection=st.booleans(),
    options=OBJECTS,
)
RELIABILITY_CONFIGS = mapping(
    {},
    ensemble=ensembles(),
    hedging=HEDGING_CONFIGS,
    guardrails=GUARDRAIL_CONFIGS,
    stats=STATS_CONFIGS,
    fairness=FAIRNESS_CONFIGS,
    monitoring=OBJECTS,
    drift=OBJECTS,
    circuit_breaker=OBJECTS,
    feedback=FEEDBACK_CONFIGS,
)
EXPERIMENTS = mapping(
    {"id": NAMES, "backend": BACKEND_REFS, "pipeline": st.lists(STAGE_DEFS, min_size=1, max_size=2)},
    description=NAMES,
    owner=NAMES,
    tags=LISTS,
    metadata=OBJECTS,
    dataset=DATASET_REFS,
    reliability=RELIABILITY_CONFIGS,
    outputs=st.lists(OUTPUT_SPECS, max_size=2),
    created_at=TIMESTAMPS,
    updated_at=TIMESTAMPS,
    experiment_type=NAMES,
    model_version=MODEL_VERSIONS,
    training_config=TRAINING_CONFIGS,
    baseline=MODEL_REFS,
)
DEPLOYMENT_CONFIGS = mapping(
    {"id": NAMES, "model_version_id": NAMES},
    target=OBJECTS,
    resources=OBJECTS,
    scaling=OBJECTS,
    health_check=OBJECTS,
    endpoint=OBJECTS,
    metadata=OBJECTS,
    replicas=COUNTS,
    environment=NAMES,
    strategy=NAMES,
    options=OBJECTS,
)
DEPLOYMENT_STATUSES = mapping(
    {"id": NAMES, "deployment_id": NAMES},
    {"state": st.sampled_from(["pending", "deploying", "active", "degraded", "failed", "terminated"])},
    ready_replicas=WHOLE,
    total_replicas=WHOLE,
    endpoint_url=NAMES,
    traffic_percent=PERCENTAGES,
    last_health_check=TIMESTAMPS,
    error_message=NAMES,
    created_at=TIMESTAMPS,
    updated_at=TIMESTAMPS,
    health=NAMES,
)

IR_DOCUMENTS: dict[str, Any] = {
    "Experiment": EXPERIMENTS,
    "BackendRef": BACKEND_REFS,
    "StageDef": STAGE_DEFS,
    "DatasetRef": DATASET_REFS,
    "ModelRef": MODEL_REFS,
    "OutputSpec": OUTPUT_SPECS,
    "ModelVersion": MODEL_VERSIONS,
    "Training.Config": TRAINING_CONFIGS,
    "Training.Run": TRAINING_RUNS,
    "Reliability.Config": RELIABILITY_CONFIGS,
    "Reliability.Ensemble": ensembles(),
    "Reliability.Hedging": HEDGING_CONFIGS,
    "Reliability.Stats": STATS_CONFIGS,
    "Reliability.Fairness": FAIRNESS_CONFIGS,
    "Reliability.Guardrail": GUARDRAIL_CONFIGS,
    "Deployment.Config": DEPLOYMENT_CONFIGS,
    "Deployment.Status": DEPLOYMENT_STATUSES,
    "Feedback.Event": FEEDBACK_EVENTS,
    "Feedback.Config": FEEDBACK_CONFIGS,
    "Backend.Prompt": PROMPTS,
    "Backend.Options": backend_options(),
    "Backend.Completion": COMPLETIONS,
    "Backend.Capabilities": CAPABILITIES,
}
"""Wire name to valid documents of the type."""
