"""Ranges of the types around training: where a number stops to mean something."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_ir import (
    BackendCapabilities,
    BackendCompletion,
    BackendOptions,
    DeploymentConfig,
    DeploymentStatus,
    EnsembleConfig,
    FairnessConfig,
    FeedbackConfig,
    FeedbackEvent,
    HedgingConfig,
    IRModel,
    StatsConfig,
    from_json,
    from_map,
)

REQUIRED: dict[type[IRModel], dict[str, Any]] = {
    BackendCapabilities: {"backend_id": "b", "provider": "p"},
    DeploymentConfig: {"id": "d", "model_version_id": "v"},
    DeploymentStatus: {"id": "s", "deployment_id": "d"},
    FeedbackEvent: {"id": "e"},
}
INF = 1e308


@pytest.mark.parametrize(
    ("cls", "field", "lowest", "highest", "refused"),
    [
        (FeedbackConfig, "sampling_rate", 0, 1, [-0.1, 1.1]),
        (FeedbackConfig, "retention_days", 0, 10**6, [-1]),
        (FeedbackEvent, "latency_ms", 0, 10**9, [-1]),
        (StatsConfig, "alpha", 0, 1, [-5e-324, 1.0000000000000002]),
        (StatsConfig, "confidence_level", 5e-324, 0.9999999999999999, [0, 1]),
        (StatsConfig, "bootstrap_iterations", 1, 10**9, [0]),
        (EnsembleConfig, "min_agreement", 0, 1, [-0.1, 2]),
        (EnsembleConfig, "timeout_ms", 0, 10**12, [-1]),
        (HedgingConfig, "delay_ms", 0, 10**12, [-1]),
        (HedgingConfig, "percentile", 0, 100, [-1, 200]),
        (HedgingConfig, "budget_percent", 0, 100, [-1, 100.1]),
        (HedgingConfig, "max_hedges", 0, 10**6, [-1]),
        (FairnessConfig, "threshold", -INF, INF, []),
        (DeploymentConfig, "replicas", 1, 10**6, [0]),
        (DeploymentStatus, "ready_replicas", 0, 10**6, [-1]),
        (DeploymentStatus, "total_replicas", 0, 10**6, [-1]),
        (DeploymentStatus, "traffic_percent", 0, 100, [-1, 150]),
        (BackendOptions, "temperature", 0, INF, [-1]),
        (BackendOptions, "top_p", 0, 1, [-0.1, 2]),
        (BackendOptions, "top_k", 0, 10**12, [-1]),
        (BackendOptions, "max_tokens", 0, 10**12, [-1]),
        (BackendOptions, "thinking_budget_tokens", 0, 10**12, [-1]),
        (BackendOptions, "timeout_ms", 0, 10**12, [-1]),
        (BackendOptions, "presence_penalty", -INF, INF, []),
        (BackendOptions, "seed", -(2**70), 2**70, []),
        (BackendCompletion, "latency_ms", 0, 10**12, [-1]),
        (BackendCompletion, "time_to_first_token_ms", 0, 10**12, [-1]),
        (BackendCapabilities, "max_tokens", 1, 10**12, [0]),
        (BackendCapabilities, "max_context_length", 1, 10**12, [0]),
        (BackendCapabilities, "max_images_per_request", 0, 10**12, [-1]),
        (BackendCapabilities, "requests_per_minute", 0, 10**12, [-1]),
        (BackendCapabilities, "tokens_per_minute", 0, 10**12, [-1]),
        (BackendCapabilities, "cost_per_million_input", 0, INF, [-0.01]),
        (BackendCapabilities, "cost_per_million_output", 0, INF, [-0.01]),
    ],
)
def test_ranges(cls: type[IRModel], field: str, lowest: float, highest: float, refused: list[float]) -> None:
    for value in (lowest, highest, None):
        data = {**REQUIRED.get(cls, {}), field: value}
        assert getattr(from_map(data, cls), field) == value
        assert getattr(from_json(json.dumps(data), cls), field) == value
    for value in refused:
        with pytest.raises(ValidationError) as raised:
            from_map({**REQUIRED.get(cls, {}), field: value}, cls)
        ((place, kind),) = [(details["loc"], details["type"]) for details in raised.value.errors()]
        assert place == (field,)
        assert kind.startswith(("greater_than", "less_than"))


@pytest.mark.parametrize(
    ("cls", "field"),
    [
        (EnsembleConfig, "strategy"),
        (EnsembleConfig, "execution_mode"),
        (HedgingConfig, "strategy"),
        (DeploymentStatus, "state"),
    ],
)
@pytest.mark.parametrize("word", [None, "", "Majority", "true", 1])
def test_what_is_a_word_is_never_null(cls: type[IRModel], field: str, word: object) -> None:
    with pytest.raises(ValidationError) as raised:
        from_map({**REQUIRED.get(cls, {}), field: word}, cls)
    assert [details["type"] for details in raised.value.errors()] == ["literal_error"]


class TestWeights:
    def test_are_numbers_from_zero_on(self) -> None:
        assert from_map({"weights": {"a": 0, "b": 2.5}}, EnsembleConfig).weights == {"a": 0.0, "b": 2.5}
        for weight in (-1, "1", True, None, float("inf")):
            with pytest.raises(ValidationError):
                from_map({"weights": {"a": weight}}, EnsembleConfig)

    def test_of_a_weighted_ensemble_are_of_its_models(self) -> None:
        data = {"strategy": "weighted", "models": ["a", "b"], "weights": {"a": 1, "c": 1, "d": 1}}
        with pytest.raises(ValidationError, match="c, d: not among `models`") as raised:
            from_map(data, EnsembleConfig)
        assert raised.value.errors()[0]["loc"] == ("weights",)

    @pytest.mark.parametrize(
        "data",
        [
            {"strategy": "weighted", "models": ["a", "b"], "weights": {"a": 1}},
            {"strategy": "weighted", "models": ["a"], "weights": None},
            {"strategy": "weighted", "models": ["a"]},
            {"strategy": "weighted", "weights": {"a": 1}},
            {"strategy": "majority", "models": ["a"], "weights": {"b": 1}},
        ],
    )
    def test_otherwise_say_nothing_that_is_wrong(self, data: dict[str, Any]) -> None:
        assert from_map(data, EnsembleConfig).model_fields_set == set(data)

    def test_a_mistake_elsewhere_is_the_only_one_told(self) -> None:
        with pytest.raises(ValidationError) as raised:
            from_map({"strategy": "weighed", "models": [1], "weights": {"b": 1}}, EnsembleConfig)
        assert {details["loc"] for details in raised.value.errors()} == {("strategy",), ("models", 0)}


@pytest.mark.parametrize("value", [5, "up", None, True, 0.5, {"a": 1}, ["x", {"y": [None]}]])
def test_feedback_is_any_json(value: object) -> None:
    assert from_map({"id": "e", "feedback_value": value}, FeedbackEvent).feedback_value == value


def test_feedback_is_json_and_the_events_own() -> None:
    value = {"words": ["good"]}
    event = from_map({"id": "e", "feedback_value": value}, FeedbackEvent)
    value["words"].append("bad")
    assert event.feedback_value == {"words": ["good"]}
    with pytest.raises(ValidationError) as raised:
        from_map({"id": "e", "feedback_value": [object(), float("nan")]}, FeedbackEvent)
    (details,) = raised.value.errors()
    assert [(problem.kind, problem.path) for problem in details["ctx"]["problems"]] == [
        ("type", (0,)),
        ("non_finite", (1,)),
    ]
