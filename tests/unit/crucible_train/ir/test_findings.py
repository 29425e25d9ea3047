"""What `normalize` finds in a spec: every mistake, once, at its place, with its fix."""

from __future__ import annotations

import re
from typing import Any

import pytest

from crucible_train.diagnostics.diagnostic import Diagnostic, Severity
from crucible_train.diagnostics.foreign_names import FOREIGN_NAMES, STAGE_KEYS
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Err, Ok
from tests.support.specs import BASE, errors, findings, findings_in, from_text, lines, normalized, warnings


def the_finding(*arguments: Any, **keys: Any) -> Diagnostic:
    (finding,) = findings(*arguments, **keys)
    return finding


def with_at(path: str, key: str, value: object = 1) -> dict[str, Any]:
    """`BASE` and one more key in the mapping at `path`, with the mappings on the way made."""
    spec: dict[str, Any] = {
        name: dict(part) if isinstance(part, dict) else part for name, part in BASE.items()
    }
    at = spec
    for part in path.split(".") if path else ():
        at = at.setdefault(part, {})
    at[key] = value
    return spec


class TestDidYouMean:
    @pytest.mark.parametrize(
        ("path", "key", "meant"),
        [
            ("", "learning_rat", "learning_rate"),
            ("", "Epochs", "epochs"),
            ("", "batch-size", "batch_size"),
            ("", "num_epoch", "num_epochs"),
            ("", "backends", "backend"),
            ("model_ref", "idd", "id"),
            ("model_ref", "versoin", "version"),
            ("dataset_ref", "splt", "split"),
            ("dataset_ref", "shema", "schema"),
            ("early_stopping", "patiense", "patience"),
            ("options.lr_schedule", "wormup", "warmup"),
            ("options.eval_dataset_ref", "nam", "name"),
            ("lr_schedule.schedule", "schedul", "schedule"),
        ],
    )
    def test_at_every_depth(self, path: str, key: str, meant: str) -> None:
        place = f"{path}.{key}" if path else key
        found = [one for one in findings(with_at(path, key)) if ".".join(map(str, one.loc)) == place]
        assert [(one.code, one.hint) for one in found] == [("CRU101", f"did you mean `{meant}`?")]

    @pytest.mark.parametrize(
        ("key", "meant"), [("eval_evry", "eval_every"), ("wieght_decay", "weight_decay"), ("sed", "seed")]
    )
    def test_among_options_and_the_backends_settings(self, toy_backend: str, key: str, meant: str) -> None:
        finding = the_finding({**BASE, "backend": toy_backend, "options": {key: 1}})
        assert (finding.code, finding.hint) == ("CRU101", f"did you mean `{meant}`?")
        assert finding.message == (
            f"unknown key `options.{key}`: neither the stage nor the toy backend knows it"
        )

    @pytest.mark.parametrize(
        ("code", "key"), [("CRU101", "eval_evry"), ("CRU104", "lr"), ("CRU107", "epochs")]
    )
    def test_a_wrong_name_is_wrong_without_a_value_too(self, toy_backend: str, code: str, key: str) -> None:
        for path in ("options", "training_config"):
            assert errors({**BASE, "backend": toy_backend, path: {key: None}}) == [(code, f"{path}.{key}")]
            told = {**BASE, "backend": toy_backend, path: {"weight_decay": None, "model_ref": None}}
            assert findings(told) == []
        assert [found.code for found in findings({**BASE, "options": {key: None}})] == [
            code if code == "CRU107" else "CRU106"
        ]

    def test_what_is_near_nothing_gets_a_list(self) -> None:
        hint = the_finding(with_at("early_stopping", "zzzzzz")).hint
        assert hint == "known here: min_delta, mode, monitor, patience"

    def test_a_word_that_is_not_one_of_those_allowed(self) -> None:
        assert the_finding(lr_schedule="cosin").hint == "did you mean `cosine`?"
        assert the_finding(train_on="all_asistant").hint == "did you mean `all_assistant`?"


class TestOtherStagesKeys:
    @pytest.mark.parametrize("key", STAGE_KEYS)
    def test_are_named_with_their_stage(self, toy_backend: str, key: str) -> None:
        message = f"`{key}` belongs to {STAGE_KEYS[key]}; this is supervised_train"
        for spec in ({**BASE, key: 1}, {**BASE, "backend": toy_backend, "options": {key: 1}}):
            finding = the_finding(spec)
            assert finding.code == "CRU103"
            assert message in finding.message

    def test_are_only_suspicious_among_the_options_of_an_unknown_backend(self) -> None:
        assert warnings({**BASE, "options": {"beta": 0.1}}) == [("CRU106", "options.beta")]

    def test_are_read_from_the_stages_that_are_here(self) -> None:
        finding = the_finding(max_duplicates=0.1)
        assert finding.message.startswith("`max_duplicates` belongs to validate_data; this is supervised")
        assert the_finding(max_step=3).code == "CRU101", "a slip is likelier than another stage"

    def test_mean_nothing_inside_a_reference(self) -> None:
        assert errors(with_at("model_ref", "beta")) == [("CRU101", "model_ref.beta")]


class TestForeignNames:
    @pytest.mark.parametrize("key", FOREIGN_NAMES)
    def test_are_translated(self, toy_backend: str, key: str) -> None:
        foreign = FOREIGN_NAMES[key]
        for spec in ({**BASE, key: 1}, {**BASE, "backend": toy_backend, "options": {key: 1}}):
            finding = the_finding(spec)
            assert finding.code == "CRU104"
            assert foreign.note in (finding.hint or "")
            if foreign.ours is None:
                assert f"is a setting of {foreign.tool}'s without an equivalent here" in finding.message
                assert (finding.hint or "").startswith("remove it: ")
            else:
                said = re.search(
                    rf"is {re.escape(foreign.tool)}'s name for `(?:options\.)?([^`]+)`", finding.message
                )
                assert said
                assert said[1] == foreign.ours.removeprefix("options.")
                assert re.match(rf"write `(?:options\.)?{said[1]}`", finding.hint or "")

    def test_are_renamed_where_they_stand(self, toy_backend: str) -> None:
        assert the_finding(num_train_epochs=3).fix == "epochs"
        assert the_finding(max_seq_length=30).fix == "max_length"
        in_options = {**BASE, "backend": toy_backend}
        assert the_finding({**in_options, "options": {"lr": 1.0}}).fix == "learning_rate"

    @pytest.mark.parametrize(
        "keys",
        [
            {"warmup_steps": 3},
            {"micro_batch_size": 3},
            {"options": {"num_train_epochs": 3}},
            {"training_config": {"lr": 1.0}},
            {"lora_r": 8},
            {"epochs": 1, "num_train_epochs": 3},
        ],
    )
    def test_are_not_renamed_where_that_would_not_do(self, toy_backend: str, keys: dict[str, Any]) -> None:
        finding = the_finding({**BASE, "backend": toy_backend, **keys})
        assert (finding.code, finding.fix) == ("CRU104", None)

    def test_two_for_one_setting_are_not_renamed(self) -> None:
        found = findings({**BASE, "num_train_epochs": 3, "n_epochs": 4})
        assert [(one.code, one.fix) for one in found] == [("CRU104", None)] * 2

    def test_of_a_stage_that_reads_no_such_setting(self) -> None:
        match normalize_sources(
            [Source({"dataset_ref": {"name": "a"}, "lr": 1.0, "cutoff_len": 9})], stage="validate_data"
        ):
            case Err(error):
                assert [(one.code, one.message, one.fix) for one in error.diagnostics] == [
                    (
                        "CRU103",
                        (
                            "`lr` is torchtune's name for `learning_rate`, which belongs to stages that train"
                            "; this is validate_data"
                        ),
                        None,
                    ),
                    ("CRU104", "`cutoff_len` is LLaMA-Factory's name for `max_length`", "max_length"),
                ]
            case Ok(found):
                raise AssertionError(found)

    def test_in_sections_are_translated_one_by_one(self) -> None:
        assert the_finding(optimizer={"lr": 1e-4, "name": "adam"}).hint == (
            "write `learning_rate` for `lr`, `optimizer` for `name`"
        )
        assert the_finding(optimizer={"momentum": 1}).hint is None
        finding = the_finding(job={"dump_folder": "runs"})
        assert (finding.code, finding.hint) == ("CRU104", "write `options.log_path` for `dump_folder`")

    def test_without_an_equivalent_may_be_known_to_a_backend_that_nobody_asked(self) -> None:
        assert warnings({**BASE, "options": {"lora_rank": 8}}) == []


class TestMisplacedKeys:
    @pytest.mark.parametrize(
        "path", ["model_ref", "dataset_ref", "early_stopping", "options", "training_config"]
    )
    def test_are_told_where_they_belong(self, path: str) -> None:
        (finding,) = (one for one in findings(with_at(path, "epochs")) if one.code == "CRU107")
        assert finding.loc == (path, "epochs")
        assert finding.hint == "write `epochs` at the top level"

    @pytest.mark.parametrize("key", ["id", "run_name", "checkpoint_every", "dataset_ref", "options"])
    def test_keys_of_the_spec_are_no_options(self, key: str) -> None:
        assert errors({**BASE, "options": {key: 1}}) == [("CRU107", f"options.{key}")]

    def test_settings_of_the_stage_are_nothing_the_backend_is_told(self) -> None:
        assert errors({**BASE, "training_config": {"max_length": 5}}) == [
            ("CRU107", "training_config.max_length")
        ]


class TestSeveralAtOnce:
    TEXT = """\
id: a
model_ref: {id: byte-lm, versoin: 2}
dataset_ref: {name: d, split: 3}
epochs: "3"
num_epochs: 4
options:
  lr_schedule: {warmup: -1, schedule: cosin}
  eval_evry: 3
  lr: 3
  seed: 3
seed: -1
validation_split: 2
early_stopping: {monitor: val_los, patience: 0}
learning_rate: .nan
beta: 1
label: no
"""

    def test_all_are_found_in_the_order_of_the_text(self) -> None:
        assert lines(from_text(self.TEXT)) == [
            "2:26 CRU101",
            "3:31 CRU201",
            "4:9 CRU205",
            "5:1 CRU105",
            "7:25 CRU202",
            "7:39 CRU203",
            "8:3 CRU106",
            "9:3 CRU106",
            "11:7 CRU202",
            "12:19 CRU202",
            "13:27 CRU203",
            "13:46 CRU202",
            "14:16 CRU014",
            "15:1 CRU103",
            "16:1 CRU103",
        ]

    def test_with_a_backend_they_stay_one_for_each_mistake(self, toy_backend: str) -> None:
        text = f"{self.TEXT}backend: {toy_backend}\ndevice: cuda\n"
        found = lines(from_text(text))
        assert len(set(found)) == len(found)
        assert "18:9 CRU501" in found
        assert "8:3 CRU101" in found  # the backend does not know it either
        assert "9:3 CRU104" in found

    def test_cross_field_rules_stand_beside_field_findings(self) -> None:
        spec = {**BASE, "epochs": 0, "eval_every": 5, "sample_max_tokens": 3}
        assert errors(spec) == [("CRU202", "epochs")]
        assert warnings(spec) == [("CRU404", "eval_every"), ("CRU405", "sample_max_tokens")]

    def test_rules_about_a_broken_setting_wait_until_it_is_mended(self) -> None:
        assert findings({**BASE, "eval_every": 5, "validation_split": "0.1"})[0].code == "CRU205"
        assert warnings({**BASE, "eval_every": 5, "validation_split": "0.1"}) == []
        assert warnings({**BASE, "max_steps": 0, "save_every": 5}) == []


class TestOncePerMistake:
    def test_what_the_ir_and_the_stage_both_refuse(self) -> None:
        assert errors({**BASE, "epochs": "x", "learning_rate": -1, "batch_size": 0}) == [
            ("CRU201", "epochs"),
            ("CRU202", "batch_size"),
            ("CRU202", "learning_rate"),
        ]

    def test_what_reading_found_is_not_missing_too(self) -> None:
        assert lines(from_text("id: a\nmodel_ref: !x {id: m}\ndataset_ref: {name: d}\n")) == ["2:12 CRU013"]
        assert lines(from_text("id: a\nid: b\nmodel_ref: {id: m}\ndataset_ref: {name: d}\n")) == [
            "2:1 CRU012"
        ]

    def test_a_wrong_word_that_is_ambiguous_is_one_finding(self) -> None:
        text = "id: a\nmodel_ref: {id: m}\ndataset_ref: {name: d}\nmixed_precision: no\n"
        (finding,) = findings_in(from_text(text))
        assert (finding.code, finding.hint) == ("CRU201", "write false")

    def test_two_names_and_a_wrong_value(self) -> None:
        assert errors({**BASE, "epochs": 0, "num_epochs": 3}) == [
            ("CRU105", "num_epochs"),
            ("CRU202", "epochs"),
        ]
        assert warnings({**BASE, "num_epochs": 3, "epochs": 3}) == []

    def test_a_value_that_is_overridden_and_wrong(self) -> None:
        spec = {**BASE, "epochs": "x", "options": {"num_epochs": 3}}
        assert [finding.code for finding in findings(spec)] == ["CRU201"]

    def test_several_keys_that_are_no_text(self) -> None:
        assert errors({**BASE, "options": {1: 1, 2: 2}}) == [("CRU016", "options"), ("CRU016", "options")]


class TestOverridden:
    @pytest.mark.parametrize(
        ("spec", "loser"),
        [
            ({"epochs": 2, "options": {"num_epochs": 3}}, "epochs"),
            ({"options": {"num_epochs": 3}, "epochs": 2}, "epochs"),
            ({"options": {"eval_every": 3}, "eval_every": 2, "validation_split": 0.1}, "options.eval_every"),
            ({"seed": 1, "options": {"seed": 2}}, "seed"),
            ({"options": {"rank": 1}, "training_config": {"rank": 2}}, "options.rank"),
        ],
    )
    def test_by_another_key_of_the_same_spec_is_a_warning(self, spec: dict[str, Any], loser: str) -> None:
        assert warnings({**BASE, **spec}) == [("CRU401", loser)]

    def test_by_another_source_is_what_sources_are_for(self) -> None:
        assert warnings({**BASE, "epochs": 2}, num_epochs=3) == []


class TestPlaces:
    def test_a_finding_about_a_key_is_at_the_key_and_one_about_a_value_at_the_value(self) -> None:
        found = findings_in(
            from_text("id: a\nmodel_ref: {id: m}\ndataset_ref: {name: d}\nepoch: 3\nepochs: x\n")
        )
        assert [str(finding.span) for finding in found] == ["spec.yaml:4:1", "spec.yaml:5:9"]

    def test_a_missing_key_is_at_the_mapping_that_lacks_it(self) -> None:
        text = "id: a\nmodel_ref: {task: x}\n"
        assert lines(from_text(text)) == ["1:1 CRU102", "2:12 CRU102"]

    def test_json_and_toml_have_places_too(self) -> None:
        json_text = '{"id": "a", "model_ref": {"id": "m"},\n "dataset_ref": {"name": "d"}, "epochs": 0}'
        assert lines(from_text(json_text, file_format="json")) == ["2:42 CRU202"]
        toml_text = 'id = "a"\nepochs = 0\n[model_ref]\nid = "m"\n[dataset_ref]\nname = "d"\n'
        assert lines(from_text(toml_text, file_format="toml")) == ["2:10 CRU202"]

    def test_a_value_of_another_source_is_placed_by_its_label(self) -> None:
        override = Source({"epochs": "x", "dataset_ref": {"nme": "e"}}, Layer.SET, label="--set")
        text = "id: a\nmodel_ref: {id: m}\ndataset_ref: {name: d}\nepochs: 2\n"
        found = findings_in(from_text(text, override))
        assert [finding.message for finding in found] == [
            "unknown key `dataset_ref.nme` (--set)",
            "`epochs` must be a whole number, not the text 'x' (--set)",
        ]

    def test_what_an_override_left_as_it_was_is_still_in_the_file(self) -> None:
        text = "id: a\nmodel_ref: {id: m}\ndataset_ref: {name: d}\nearly_stopping: {patience: 0, mode: x}\n"
        override = Source({"early_stopping": {"mode": "min", "monitor": "x"}}, Layer.SET, label="--set")
        found = findings_in(from_text(text, override))
        assert [(finding.code, finding.span and finding.span.column) for finding in found] == [
            ("CRU203", None),
            ("CRU202", 28),
        ]

    def test_a_list_is_the_source_that_has_the_item(self) -> None:
        text = "id: a\nmodel_ref: {id: m}\ndataset_ref: {name: d}\nmetrics: [loss, 3]\n"
        assert lines(from_text(text)) == ["4:17 CRU201"]
        longer = Source({"metrics": ["a", "b", "c", 4]}, Layer.SET, label="--set")
        (finding,) = findings_in(from_text(text, longer))
        assert finding.loc == ("metrics", 3)
        assert finding.span is None

    def test_an_override_that_takes_a_required_key_away(self) -> None:
        text = "id: a\nmodel_ref: {id: m}\ndataset_ref: {name: d}\n"
        (finding,) = findings_in(from_text(text, Source({"model_ref": None}, Layer.SET, label="--set")))
        assert (finding.code, finding.message) == ("CRU102", "`model_ref` is required (--set)")


class TestRequiredKeys:
    def test_of_a_whole_spec(self) -> None:
        assert errors({"epochs": 3}) == [("CRU102", "dataset_ref"), ("CRU102", "id"), ("CRU102", "model_ref")]

    def test_may_be_written_by_the_stages_names(self) -> None:
        rest = {key: value for key, value in BASE.items() if key != "id"}
        assert normalized({**rest, "run_name": "a"}).config == normalized(BASE).config
        rest = {key: value for key, value in BASE.items() if key != "model_ref"}
        told = {"training_config": {"model_ref": BASE["model_ref"]}}
        assert normalized({**rest, **told}).config == normalized(BASE).config

    def test_may_come_from_another_source(self) -> None:
        rest = {key: value for key, value in BASE.items() if key != "id"}
        assert normalized(rest, run_name="a").config == normalized(BASE).config

    def test_are_not_asked_of_direct_keys(self) -> None:
        assert errors(num_epochs=3) == []


class TestSeverities:
    def test_a_spec_with_warnings_is_a_spec(self) -> None:
        found = normalized({**BASE, "validation_split": 0.1})
        assert [(warning.code, warning.severity) for warning in found.warnings] == [
            ("CRU402", Severity.WARNING)
        ]

    def test_settings_and_flags_are_sources_too(self) -> None:
        sources = [
            Source({"backend": "local"}, Layer.DEFAULT, label="the default"),
            Source({**BASE, "epochs": 2}),
            Source({"backend": None, "log_path": None}, Layer.FLAG, label="a flag"),
        ]
        match normalize_sources(sources):
            case Ok(found):
                assert (found.config.backend, found.config.log_path) == ("local", None)
            case Err(error):
                raise AssertionError(str(error))
        match normalize_sources([Source(BASE), Source({"backend": "locl"}, Layer.FLAG, label="a flag")]):
            case Err(error):
                assert error.diagnostics[0].message.endswith("(a flag)")
            case Ok(found):
                raise AssertionError(found)
