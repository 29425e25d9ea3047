"""Laws of data sets and record parsing that hold for any input."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crucible_train.records import ParsedRecords, RecordError, Shape, check_schema, parse_records
from crucible_train.records.columns import OPTIONAL_COLUMNS, REQUIRED_COLUMNS
from crucible_train.records.formats import ReadOptions, read_records
from crucible_train.records.formats.lines import FORMATS
from crucible_train.records.messages import ROLES
from crucible_train.records.table import Table, fresh_copy, permutation
from crucible_train.result import Err, Ok

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
json_records = st.dictionaries(st.text(max_size=5), json_values, max_size=4)

columns = st.sampled_from(
    sorted({name for shape in Shape for name in REQUIRED_COLUMNS[shape] + OPTIONAL_COLUMNS[shape]})
)
near_messages = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "role": st.sampled_from(sorted(ROLES)) | json_values,
            "content": json_values,
            "from": st.sampled_from(sorted(ROLES)),
            "value": st.text(max_size=3),
            "weight": scalars,
        },
    )
    | json_values,
    max_size=3,
)
near_records = st.dictionaries(columns, st.text(max_size=5) | near_messages | json_values, max_size=4)


def table(count: int) -> Table[str]:
    splits = {"a": [{"n": n} for n in range(count // 2)], "b": [{"n": n} for n in range(count // 2, count)]}
    return Table(splits, origin="data", split_error=lambda origin, split, splits: split)


def numbers(data: Table[str]) -> list[int]:
    return [record["n"] for record in data.to_list()]


counts = st.integers(min_value=0, max_value=40)
seeds = st.integers(min_value=-(2**80), max_value=2**80)


class TestTableLaws:
    """take, skip, select and shuffle are slices, indexing and a permutation."""

    @given(size=counts, first=counts, second=counts, seed=seeds)
    def test_take_and_skip_are_slices(self, size: int, first: int, second: int, seed: int) -> None:
        data = table(size).shuffle(seed)
        whole = numbers(data)
        assert numbers(data.take(first)) + numbers(data.skip(first)) == whole
        assert numbers(data.take(first).take(second)) == whole[: min(first, second)]
        assert numbers(data.skip(first).skip(second)) == whole[first + second :]
        assert numbers(data.skip(first).take(second)) == whole[first : first + second]
        assert len(data.skip(first).take(second)) == len(whole[first : first + second])

    @given(data=st.data(), size=st.integers(min_value=1, max_value=40))
    def test_select_is_indexing(self, data: st.DataObject, size: int) -> None:
        indices = data.draw(st.lists(st.integers(min_value=0, max_value=size - 1)))
        whole = numbers(table(size))
        selected = table(size).select(indices)
        assert numbers(selected) == [whole[index] for index in indices]
        again = data.draw(st.lists(st.integers(min_value=0, max_value=len(indices) - 1))) if indices else []
        assert numbers(selected.select(again)) == [whole[indices[index]] for index in again]

    @given(size=counts, seed=seeds)
    def test_shuffle_is_a_permutation_that_the_seed_decides(self, size: int, seed: int) -> None:
        shuffled = numbers(table(size).shuffle(seed))
        assert sorted(shuffled) == list(range(size))
        assert shuffled == numbers(table(size).shuffle(seed)) == list(permutation(size, seed))

    @given(size=counts, seed=seeds, skip=counts, take=counts)
    def test_the_splits_of_a_view_are_its_records_sorted_out(
        self, size: int, seed: int, skip: int, take: int
    ) -> None:
        for data in (table(size).skip(skip).take(take), table(size).shuffle(seed).skip(skip).take(take)):
            a, b = (numbers(data.get_split(split).unwrap()) for split in "ab")
            assert a == [n for n in numbers(data) if n < size // 2]
            assert b == [n for n in numbers(data) if n >= size // 2]

    @given(json_records)
    def test_a_fresh_copy_equals_its_record(self, record: dict[str, Any]) -> None:
        assert fresh_copy(record) == record


class TestParsing:
    """Any JSON parses or is reported; nothing is lost, nothing raises."""

    @given(
        raw=st.lists(near_records | json_records, max_size=4),
        mapping=st.none()
        | st.dictionaries(columns | st.text(max_size=3), columns | st.text(max_size=3), max_size=2),
        shape=st.none() | st.sampled_from([*Shape, "alpacka"]),
    )
    def test_it_never_raises_and_loses_no_record(
        self, raw: list[dict[str, Any]], mapping: dict[str, str] | None, shape: str | None
    ) -> None:
        match parse_records(raw, columns=mapping, shape=shape):
            case Ok(ParsedRecords() as parsed):
                assert len(parsed.records) == len(raw)
                assert set(parsed.unused_columns) <= {name for record in raw for name in record}
            case Err(RecordError() as error):
                assert error.message
                assert len(error.problems) <= error.num_problems

    @given(
        raw=st.lists(json_records | near_records, max_size=4),
        schema=st.dictionaries(
            columns | st.text(max_size=3),
            st.sampled_from(["string", "messages?", "strng", "list"]) | scalars,
            max_size=3,
        ),
    )
    def test_schemas_never_raise(self, raw: list[dict[str, Any]], schema: dict[str, Any]) -> None:
        assert all(str(problem) for problem in check_schema(raw, schema))


class TestFormats:
    """Bytes read as records or are an error."""

    @given(
        st.binary(max_size=60),
        st.sampled_from(sorted(FORMATS)),
        st.sampled_from(["line", "paragraph", "document"]),
    )
    def test_any_bytes(self, data: bytes, file_format: Any, text_unit: Any) -> None:
        result = read_records(io.BytesIO(data), file_format, "f", ReadOptions(text_unit))
        assert isinstance(result, Err) or all(isinstance(rows, list) for rows in result.value.values())

    @given(
        records=st.lists(json_records, max_size=3),
        at=st.integers(min_value=0, max_value=200),
        cut=st.integers(min_value=0, max_value=3),
        insert=st.text(alphabet='{}[]",:1 \n\\n', max_size=2),
        lines=st.booleans(),
    )
    def test_what_is_read_of_a_damaged_file_is_what_the_standard_library_reads(
        self, records: list[dict[str, Any]], at: int, cut: int, insert: str, lines: bool
    ) -> None:
        whole = "".join(json.dumps(each) + "\n" for each in records) if lines else json.dumps(records)
        text = whole[:at] + insert + whole[at + cut :]
        result = read_records(io.BytesIO(text.encode()), "jsonl" if lines else "json", "f", ReadOptions())
        if isinstance(result, Err):
            assert result.error.message.startswith("f:")
            return
        rows = [row for split in result.value.values() for row in split]
        if lines:
            assert rows == [json.loads(line) for line in text.split("\n") if line.strip()]
        else:
            parsed = json.loads(text) if text.strip() else []
            splits = [parsed] if isinstance(parsed, list) else parsed.values()
            assert rows == [row for split in splits for row in split]

    @given(st.lists(json_records, min_size=1, max_size=4))
    def test_what_the_standard_library_writes_is_read_back(self, records: list[dict[str, Any]]) -> None:
        finite = json.loads(json.dumps(records, allow_nan=True), parse_constant=lambda _: None)
        lines = "".join(json.dumps(record) + "\n" for record in finite).encode()
        for file_format, data in (("jsonl", lines), ("json", json.dumps(finite, indent=1).encode())):
            result = read_records(io.BytesIO(data), file_format, "f", ReadOptions())
            assert result.unwrap() == {"": finite}
