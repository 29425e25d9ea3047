"""Laws of the data report that hold for any records."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_train import Context, Ports, RunControl
from crucible_train.adapters.dataset_store.memory import MemoryDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.stages import ValidateData

if TYPE_CHECKING:
    import pytest

words = st.sampled_from(["", " ", "a", "A", "b c", "b  C", "é"])
values = words | st.sampled_from([None, 3, ["a"]])
turns = st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": words})
shapes = st.sampled_from(
    [
        st.fixed_dictionaries({"text": values}),
        st.fixed_dictionaries({"prompt": values, "completion": values}, optional={"kind": values}),
        st.fixed_dictionaries({"messages": st.lists(turns, max_size=4)}),
    ]
)
data_sets = shapes.flatmap(lambda rows: st.lists(rows, min_size=1, max_size=12))
stage_options = st.fixed_dictionaries(
    {},
    optional={
        "max_length": st.integers(2, 9),
        "model_ref": st.just({"id": "byte-lm"}),
        "num_examples": st.integers(0, 3),
    },
)

EXAMPLES = 40
"""Every look writes two files for good, which is what takes the time."""

FINDINGS = ("refused", "duplicates", "conflicts", "empty", "unanswered", "too_long")


def look(directory: str, rows: list[Any], **options: Any) -> dict[str, Any]:
    """The report on `rows`, whatever they are, with `rows` for evaluation, too."""
    store = MemoryDatasetStore({"rows": rows})
    ports = Ports(dataset_store=store, tokenizer=BytesTokenizerProvider())
    given = {
        "dataset_ref": {"name": "rows"},
        "eval_dataset_ref": {"name": "rows"},
        "max_refused": 1,
        "control": RunControl(directory=directory),
        **options,
    }
    return ValidateData().run(Context(ports=ports), given).unwrap().outputs["validate_data"]


def counted(report: dict[str, Any]) -> dict[str, Any]:
    """The report without the records it lists, which depend on their order."""
    findings = [report[name] for name in FINDINGS if report[name]]
    for found in [*findings, report["evaluation"]["refused"], report["evaluation"]["overlap"]]:
        del found["examples"]
    for data in (report["dataset"], report["evaluation"]):
        data["columns"].sort(key=lambda column: column["name"])
    report["notes"] = [note for note in report["notes"] if "columns not read" not in note]
    return report


class TestDataReport:
    @settings(max_examples=EXAMPLES)
    @given(rows=data_sets, options=stage_options)
    def test_the_counts_add_up(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[Any], options: dict[str, Any]
    ) -> None:
        report = look(str(tmp_path_factory.getbasetemp() / "report"), rows, **options)
        data = report["dataset"]
        assert data["num_records"] == len(rows)
        assert data["num_readable"] + report["refused"]["counts"]["unreadable"] == len(rows)
        assert report["refused"]["num_records"] == report["refused"]["counts"]["unreadable"]
        for name in FINDINGS:
            if report[name] is None:
                assert (name, "max_length" in options) == ("too_long", False)
                continue
            found = report[name]
            assert found["share"] == found["num_records"] / len(rows)
            assert len(found["examples"]) <= min(options.get("num_examples", 5), found["num_records"])
            assert all(0 <= one["record"] < len(rows) for one in found["examples"])
            if name != "refused":
                assert found["num_records"] <= data["num_readable"]
        lengths = report["lengths"]
        assert (lengths is None) == (data["num_readable"] == 0)
        if lengths is not None:
            total = lengths["total"]
            assert total["min"] <= total["median"] <= total["p95"] <= total["max"] <= total["total"]
            if lengths["prompt"] is not None:
                assert lengths["prompt"]["total"] + lengths["answer"]["total"] == total["total"]
        overlap = report["evaluation"]["overlap"]
        assert overlap["num_records"] == overlap["counts"]["record"] == data["num_readable"], "all of itself"
        assert json.loads(json.dumps(report, allow_nan=False)) == report

    @settings(max_examples=EXAMPLES)
    @given(rows=data_sets, options=stage_options, order=st.randoms(use_true_random=False))
    def test_the_order_of_records_changes_no_count(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[Any], options: dict[str, Any], order: Any
    ) -> None:
        directory = str(tmp_path_factory.getbasetemp() / "report")
        permuted = order.sample(rows, len(rows))
        assert counted(look(directory, rows, **options)) == counted(look(directory, permuted, **options))

    @settings(max_examples=EXAMPLES)
    @given(rows=data_sets, chosen=st.randoms(use_true_random=False))
    def test_a_copy_of_a_record_is_one_more_duplicate(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[Any], chosen: Any
    ) -> None:
        directory = str(tmp_path_factory.getbasetemp() / "report")
        refused = {one["record"] for one in look(directory, rows, num_examples=99)["refused"]["examples"]}
        index = chosen.randrange(len(rows))
        before, after = (look(directory, some) for some in (rows, [*rows, rows[index]]))
        grown = "refused" if index in refused else "duplicates"
        assert after[grown]["num_records"] == before[grown]["num_records"] + 1

    @settings(max_examples=EXAMPLES)
    @given(labels=st.lists(st.sampled_from(["a", "b", None, 1, True]), min_size=1, max_size=20))
    def test_labels_are_counted_to_the_last(
        self, tmp_path_factory: pytest.TempPathFactory, labels: list[Any]
    ) -> None:
        rows = [{"text": str(n), "label": label} for n, label in enumerate([*labels, "a"])]
        found = look(str(tmp_path_factory.getbasetemp() / "report"), rows, label="label")["labels"]
        assert found["num_labelled"] + found["num_missing"] == len(rows)
        assert sum(one["num_records"] for one in found["counts"]) == found["num_labelled"]
        assert found["num_labels"] == len(found["counts"])
        assert found["counts"][0]["num_records"] / found["num_labelled"] == found["majority_share"]
        assert 0 <= found["entropy_bits"] <= math.log2(found["num_labels"]) + 1e-9
