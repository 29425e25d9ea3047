"""The mapping table as `fold` reads it, on a small stage of the test's own."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import Field, ValidationError

from crucible_train.loops.folding import overlay
from crucible_train.loops.stage_config import Given, Layer, MappingRow, TrainingStageConfig, fold


class ToyConfig(TrainingStageConfig):
    """A stage with one field of each kind."""

    backend_keys: ClassVar[tuple[str, ...]] = ("seed", "device")
    training_config_defaults: ClassVar[dict[str, Any]] = {"seed": 7}

    run_name: Annotated[str | None, Field(validation_alias="id")] = None
    num_epochs: Annotated[int, Field(ge=1, validation_alias="epochs")] = 1
    learning_rate: Annotated[float, Field(gt=0, validation_alias="learning_rate")] = 0.5
    schedule: dict[str, Any] | str = "linear"
    save_every: Annotated[int, Field(validation_alias="checkpoint_every")] = 0


def values(*givens: Given) -> dict[str, Any]:
    return fold(ToyConfig, givens).values


def spec(**keys: Any) -> Given:
    return Given(keys)


class TestTheTable:
    def test_reads_like_the_class(self) -> None:
        assert ToyConfig.mapping_table() == (
            MappingRow("id", "run_name", "renamed"),
            MappingRow("epochs", "num_epochs", "renamed"),
            MappingRow("learning_rate", "learning_rate", "kept"),
            MappingRow("checkpoint_every", "save_every", "renamed"),
            MappingRow("seed", 'training_config["seed"]', "gathered"),
            MappingRow("device", 'training_config["device"]', "gathered"),
            MappingRow("options", "its own field, else training_config[...]", "lifted"),
        )

    def test_knows_the_keys_of_a_spec(self) -> None:
        own = {
            "backend",
            "training_config",
            "run_name",
            "num_epochs",
            "learning_rate",
            "schedule",
            "save_every",
        }
        assert ToyConfig.spec_keys() == own | {
            "id",
            "epochs",
            "checkpoint_every",
            "seed",
            "device",
            "options",
        }

    def test_knows_which_options_are_fields(self) -> None:
        assert ToyConfig.option_keys() == {"backend", "num_epochs", "learning_rate", "schedule", "save_every"}


class TestOneSpec:
    def test_a_key_is_renamed_kept_or_gathered(self) -> None:
        assert values(spec(id="a", epochs=3, learning_rate=0.1, seed=1, device="x")) == {
            "run_name": "a",
            "num_epochs": 3,
            "learning_rate": 0.1,
            "training_config": {"seed": 1, "device": "x"},
        }

    def test_the_stages_own_names_are_keys_too(self) -> None:
        assert values(spec(num_epochs=3, schedule="x")) == {
            "num_epochs": 3,
            "schedule": "x",
            "training_config": {"seed": 7},
        }

    def test_options_are_lifted_or_passed_on(self) -> None:
        folded = fold(ToyConfig, [spec(options={"schedule": "x", "rank": 8, "seed": 2})])
        assert folded.values == {"schedule": "x", "training_config": {"rank": 8, "seed": 2}}
        assert list(folded.passed_on) == [("training_config", "rank"), ("training_config", "seed")]

    def test_a_training_config_of_the_stages_own_is_passed_on(self) -> None:
        assert values(spec(training_config={"rank": 8})) == {"training_config": {"seed": 7, "rank": 8}}

    def test_null_means_not_set(self) -> None:
        given = spec(epochs=None, seed=None, options=None, training_config=None)
        assert values(given) == {"training_config": {"seed": 7}}
        assert values(spec(options={"schedule": None, "rank": None})) == {"training_config": {"seed": 7}}

    def test_an_unknown_key_is_reported_and_not_folded(self) -> None:
        folded = fold(ToyConfig, [spec(epoch=3)])
        assert [origin.loc for origin in folded.unknown] == [("epoch",)]
        assert "epoch" not in folded.values

    @pytest.mark.parametrize(("layer", "loc"), [(None, ("options",)), (Layer.DIRECT, ("options",))])
    def test_options_of_another_type_are_reported(self, layer: Layer | None, loc: tuple[str, ...]) -> None:
        folded = fold(ToyConfig, [Given({"options": 3}, layer)])
        assert [origin.loc for origin in folded.unknown] == [loc]

    def test_option_names_that_are_no_text_are_reported(self) -> None:
        folded = fold(ToyConfig, [Given({"options": {1: 2}, "training_config": {3: 4}})])
        assert [origin.loc for origin in folded.unknown] == [("options", 1), ("training_config", 3)]
        assert folded.values == {"training_config": {"seed": 7}}

    def test_two_names_of_one_field_are_a_conflict_in_the_order_they_were_written(self) -> None:
        for keys in (("epochs", "num_epochs"), ("num_epochs", "epochs")):
            ((target, first, second),) = fold(ToyConfig, [Given(dict.fromkeys(keys, 3))]).conflicts
            assert (target, first.loc, second.loc) == (("num_epochs",), (keys[0],), (keys[1],))

    def test_a_null_is_no_second_name(self) -> None:
        assert fold(ToyConfig, [spec(epochs=None, num_epochs=3)]).conflicts == []

    def test_two_sources_may_use_different_names(self) -> None:
        assert fold(ToyConfig, [spec(epochs=2), Given({"num_epochs": 3}, Layer.SET)]).conflicts == []


class TestOrigins:
    def test_of_a_whole_spec_spread_over_three_layers(self) -> None:
        folded = fold(ToyConfig, [spec(epochs=3, seed=1, schedule="x", options={"save_every": 2, "rank": 8})])
        assert {target: (origin.layer, origin.loc) for target, origin in folded.origins.items()} == {
            ("num_epochs",): (Layer.IR, ("epochs",)),
            ("training_config", "seed"): (Layer.IR, ("seed",)),
            ("schedule",): (Layer.DIRECT, ("schedule",)),
            ("save_every",): (Layer.OPTIONS, ("options", "save_every")),
            ("training_config", "rank"): (Layer.OPTIONS, ("options", "rank")),
        }

    def test_name_the_source(self) -> None:
        folded = fold(ToyConfig, [spec(epochs=3), Given({"schedule": "x"}, Layer.DIRECT)])
        assert folded.origins["num_epochs",].source == 0
        assert folded.origins["schedule",].source == 1

    def test_of_another_layer_are_all_of_that_layer(self) -> None:
        keys = {"epochs": 3, "schedule": "x", "options": {"rank": 8}, "training_config": {"a": 1}}
        folded = fold(ToyConfig, [Given(keys, Layer.SET)])
        assert {origin.layer for origin in folded.origins.values()} == {Layer.SET}

    def test_a_default_has_none(self) -> None:
        folded = fold(ToyConfig, [spec()])
        assert folded.values == {"training_config": {"seed": 7}}
        assert folded.origins == {}


LAYERS: dict[Layer, Given] = {
    Layer.SETTINGS: Given({"learning_rate": 0.1}, Layer.SETTINGS),
    Layer.EXPERIMENT: Given({"learning_rate": 0.2}, Layer.EXPERIMENT),
    Layer.IR: Given({"learning_rate": 0.3}),
    Layer.OPTIONS: Given({"options": {"learning_rate": 0.4}}),
    Layer.DIRECT: Given({"learning_rate": 0.5}, Layer.DIRECT),
    Layer.SET: Given({"learning_rate": 0.6}, Layer.SET),
    Layer.FLAG: Given({"learning_rate": 0.7}, Layer.FLAG),
}


class TestPrecedence:
    @pytest.mark.parametrize(("lower", "higher"), [*itertools.combinations(LAYERS, 2)])
    def test_the_higher_layer_wins(self, lower: Layer, higher: Layer) -> None:
        folded = fold(ToyConfig, [LAYERS[lower], LAYERS[higher]])
        assert folded.origins["learning_rate",].layer is higher
        ((loser, winner),) = folded.overridden
        assert (loser.layer, winner.layer) == (lower, higher)

    @pytest.mark.parametrize("layer", LAYERS)
    def test_every_layer_wins_over_the_stages_default(self, layer: Layer) -> None:
        config = ToyConfig.from_folded(values(LAYERS[layer]))
        assert config.learning_rate == (layer + 0.0) / 10
        assert ToyConfig.from_folded(values()).learning_rate == 0.5

    def test_options_win_over_the_field_in_whatever_order_they_are_written(self) -> None:
        for keys in (
            {"epochs": 2, "options": {"num_epochs": 3}},
            {"options": {"num_epochs": 3}, "epochs": 2},
        ):
            folded = fold(ToyConfig, [Given(keys)])
            assert folded.values["num_epochs"] == 3
            ((loser, winner),) = folded.overridden
            assert (loser.loc, winner.loc) == (("epochs",), ("options", "num_epochs"))

    def test_the_stages_own_name_wins_over_options(self) -> None:
        assert values(spec(options={"schedule": "x"}, schedule="y"))["schedule"] == "y"

    def test_within_a_layer_the_last_source_wins(self) -> None:
        assert (
            values(Given({"epochs": 2}, Layer.DIRECT), Given({"epochs": 3}, Layer.DIRECT))["num_epochs"] == 3
        )

    def test_a_null_of_a_higher_layer_leaves_what_is_below(self) -> None:
        for layer in (Layer.DIRECT, Layer.FLAG):
            assert values(spec(epochs=2), Given({"epochs": None}, layer))["num_epochs"] == 2


class TestSet:
    """What is special about `--set`."""

    def test_a_null_takes_a_setting_back(self) -> None:
        below = spec(epochs=2, seed=1, options={"schedule": "x"})
        above = Given({"num_epochs": None, "seed": None, "options": {"schedule": None}}, Layer.SET)
        folded = fold(ToyConfig, [below, above])
        assert folded.values == {"training_config": {"seed": 7}}
        assert folded.origins == {}

    def test_a_null_of_what_was_not_given_is_nothing(self) -> None:
        assert values(spec(), Given({"epochs": None}, Layer.SET)) == {"training_config": {"seed": 7}}

    @pytest.mark.parametrize("key", ["options", "training_config"])
    def test_a_null_takes_all_back_that_was_given_under_a_key(self, key: str) -> None:
        below = Given({"epochs": 2, "seed": 1, key: {"rank": 8, "schedule": "x"}})
        folded = fold(ToyConfig, [below, Given({key: None}, Layer.SET)])
        assert folded.values == {"num_epochs": 2, "training_config": {"seed": 1}}

    def test_a_mapping_changes_only_the_keys_it_has(self) -> None:
        below = spec(options={"schedule": {"warmup": 1, "then": {"a": 1, "b": 2}}})
        above = Given({"schedule": {"then": {"b": 3}}}, Layer.SET)
        folded = fold(ToyConfig, [below, above])
        assert folded.values["schedule"] == {"warmup": 1, "then": {"a": 1, "b": 3}}
        assert folded.origins["schedule",].layer is Layer.SET
        assert folded.beneath["schedule",][0].loc == ("options", "schedule")
        assert folded.overridden == []

    def test_mappings_over_mappings_are_remembered_the_nearest_first(self) -> None:
        sources = [spec(schedule={"a": 1}), *(Given({"schedule": {key: 1}}, Layer.SET) for key in "bc")]
        folded = fold(ToyConfig, sources)
        assert folded.values["schedule"] == {"a": 1, "b": 1, "c": 1}
        assert folded.origins["schedule",].source == 2
        assert [origin.source for origin in folded.beneath["schedule",]] == [1, 0]
        for above in (Given({"schedule": "x"}, Layer.FLAG), Given({"schedule": None}, Layer.SET)):
            assert fold(ToyConfig, [*sources, above]).beneath == {}

    def test_a_null_inside_a_mapping_takes_that_key_away(self) -> None:
        above = Given({"schedule": {"a": None}}, Layer.SET)
        assert values(spec(schedule={"a": 1, "b": 2}), above)["schedule"] == {"b": 2}

    def test_another_layers_mapping_replaces(self) -> None:
        above = Given({"schedule": {"b": 3}}, Layer.DIRECT)
        assert values(spec(schedule={"a": 1}), above)["schedule"] == {"b": 3}

    def test_a_mapping_replaces_what_is_none(self) -> None:
        folded = fold(ToyConfig, [spec(schedule="x"), Given({"schedule": {"b": 3}}, Layer.SET)])
        assert folded.values["schedule"] == {"b": 3}
        assert len(folded.overridden) == 1


class TestTheModelAlone:
    """`TrainingStageConfig.model_validate` follows the same table."""

    def test_reads_a_spec(self) -> None:
        config = ToyConfig.model_validate({"id": "a", "epochs": 3, "seed": 1, "options": {"schedule": "x"}})
        assert (config.run_name, config.num_epochs, config.schedule) == ("a", 3, "x")
        assert config.training_config == {"seed": 1}

    def test_reads_its_own_dump(self) -> None:
        config = ToyConfig.model_validate({"epochs": 3, "options": {"rank": 8}})
        assert ToyConfig.model_validate(config.model_dump()) == config
        assert ToyConfig.model_validate(config) is config

    def test_refuses_two_names(self) -> None:
        with pytest.raises(ValidationError, match="`epochs` and `num_epochs` are two names of one setting"):
            ToyConfig.model_validate({"epochs": 3, "num_epochs": 3})

    @pytest.mark.parametrize(
        "data", [{"epoch": 3}, {"options": 3}, {"options": {1: 2}}, {"training_config": 3}]
    )
    def test_refuses_what_the_table_has_no_row_for(self, data: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            ToyConfig.model_validate(data)

    def test_is_frozen_strict_and_finite(self) -> None:
        config = ToyConfig()
        with pytest.raises(ValidationError, match="frozen"):
            config.num_epochs = 2
        for wrong in ({"epochs": "3"}, {"epochs": True}, {"epochs": 2.0}, {"learning_rate": float("nan")}):
            with pytest.raises(ValidationError):
                ToyConfig.model_validate(wrong)

    def test_has_no_findings_of_its_own(self) -> None:
        assert ToyConfig().findings() == []

    def test_a_stage_without_defaults_tells_the_backend_nothing(self) -> None:
        assert fold(TrainingStageConfig, [Given({})]).values == {}
        assert TrainingStageConfig.model_validate({}).training_config == {}


def test_overlay_merges_mappings_and_leaves_both_alone() -> None:
    below, above = {"a": {"x": 1, "y": 2}, "b": 1, "c": 3}, {"a": {"y": None, "z": 3}, "b": None, "d": 4}
    assert overlay(below, above) == {"a": {"x": 1, "z": 3}, "c": 3, "d": 4}
    assert below == {"a": {"x": 1, "y": 2}, "b": 1, "c": 3}


def test_layers_have_names_for_people() -> None:
    assert [layer.label for layer in Layer] == [
        "default",
        "settings",
        "experiment",
        "ir",
        "options",
        "direct",
        "set",
        "flag",
    ]
