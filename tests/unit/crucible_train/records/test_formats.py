"""Files of records: what is read, and what is malformed, with file and line."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from crucible_train.records.formats import (
    UNNAMED,
    Format,
    FormatError,
    FormatErrorCode,
    ReadOptions,
    Splits,
    read_records,
)
from crucible_train.records.formats.lines import MAX_REPORTED_LINES
from crucible_train.result import Err


def splits(file_format: Format, data: str | bytes, **options: Any) -> Splits:
    raw = data.encode() if isinstance(data, str) else data
    return read_records(io.BytesIO(raw), file_format, "f", ReadOptions(**options)).unwrap()


def rows(file_format: Format, data: str | bytes, **options: Any) -> list[dict[str, Any]]:
    read = splits(file_format, data, **options)
    assert list(read) == [UNNAMED]
    return read[UNNAMED]


def error(file_format: Format, data: str | bytes, **options: Any) -> FormatError:
    raw = data.encode() if isinstance(data, str) else data
    result = read_records(io.BytesIO(raw), file_format, "f", ReadOptions(**options))
    assert isinstance(result, Err), f"read {result.value}"
    return result.error


def malformed(file_format: Format, data: str | bytes, **options: Any) -> str:
    found = error(file_format, data, **options)
    assert found.code == FormatErrorCode.MALFORMED
    return found.message


@pytest.mark.parametrize("file_format", ["jsonl", "json", "csv", "txt"])
class TestEveryFormat:
    """UTF-8 with or without a byte order mark, nothing else."""

    DATA = {  # noqa: RUF012 -- a constant of the class, never assigned to
        "jsonl": ('{"text": "ä€😀"}\n', [{"text": "ä€😀"}]),
        "json": ('[{"text": "ä€😀"}]', [{"text": "ä€😀"}]),
        "csv": ("text\nä€😀\n", [{"text": "ä€😀"}]),
        "txt": ("ä€😀\n", [{"text": "ä€😀"}]),
    }

    def test_reads_utf8(self, file_format: Format) -> None:
        text, expected = self.DATA[file_format]
        assert rows(file_format, text) == expected

    def test_accepts_a_byte_order_mark(self, file_format: Format) -> None:
        text, expected = self.DATA[file_format]
        assert rows(file_format, "\ufeff" + text) == expected

    def test_accepts_crlf(self, file_format: Format) -> None:
        text, expected = self.DATA[file_format]
        assert rows(file_format, text.replace("\n", "\r\n")) == expected

    def test_names_the_byte_that_is_not_utf8(self, file_format: Format) -> None:
        text, _ = self.DATA[file_format]
        good = ("\n" + text).encode()
        found = error(file_format, good + b"\xff\n")
        assert found.code == FormatErrorCode.NOT_UTF8
        assert found.message == f"f: not UTF-8: byte 0xff at offset {len(good)}"

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_recognises_utf16(self, file_format: Format, encoding: str) -> None:
        found = error(file_format, ("\ufeff" + self.DATA[file_format][0]).encode(encoding))
        assert found.code == FormatErrorCode.NOT_UTF8
        assert "begins as UTF-16 does" in found.message

    @pytest.mark.parametrize("data", ["", "\n", "\n\n"])
    def test_nothing_is_no_records(self, file_format: Format, data: str) -> None:
        assert rows(file_format, data) == []


class TestJsonl:
    """One object a line."""

    def test_blank_lines_do_not_count(self) -> None:
        assert rows("jsonl", '{"a": 1}\n\n  \n{"a": 2}') == [{"a": 1}, {"a": 2}]

    def test_lines_end_at_line_feeds_only(self) -> None:
        assert rows("jsonl", '{"a": "x\u2028y\x85z"}\n') == [{"a": "x\u2028y\x85z"}]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ('{"a": 1', "f:2:8: Expecting ',' delimiter"),
            ('  {"a" 1}', "f:2:8: Expecting ':' delimiter"),
            ('{"a": 1, "a": 2}', "f:2: the key 'a' occurs twice in one object"),
            ('{"a": {"b": 1, "b": 2}}', "f:2: the key 'b' occurs twice in one object"),
            ('{"a": NaN}', "f:2: NaN is not JSON"),
            ('{"a": [-Infinity]}', "f:2: -Infinity is not JSON"),
            ('{"a": 1e400}', "f:2: the number 1e400 is too large"),
            ('{"a": ' + "9" * 5000 + "}", "f:2: a number of 5,000 digits"),
            ('{"a": ' + "[" * 100_000, "f:2: nested too deeply"),
            ("3", "f:2: expected an object, found the number 3"),
            ('"a"', "f:2: expected an object, found the text 'a'"),
            (
                "[{}]",
                "f:2: expected an object, found a list of 1 (one list of all records is the format json)",
            ),
            ("[", "f:2:2: Expecting value (one list of all records is the format json)"),
        ],
    )
    def test_malformed_lines_are_named(self, line: str, message: str) -> None:
        assert malformed("jsonl", f'{{"a": 1}}\n{line}\n') == message

    def test_all_malformed_lines_are_reported(self) -> None:
        assert malformed("jsonl", 'x\n{"a": 1}\n3\n\ny\n').endswith("; 2 more malformed (lines 3, 5)")

    def test_many_malformed_lines_are_counted(self) -> None:
        message = malformed("jsonl", "x\n" * 1000)
        assert "; 999 more malformed (lines 2, 3, " in message
        assert message.endswith(f"{MAX_REPORTED_LINES + 1}, ...)")

    def test_reading_stops_at_the_limit(self) -> None:
        assert rows("jsonl", '{"a": 1}\n{"a": 2}\nbroken', limit=2) == [{"a": 1}, {"a": 2}]


class TestJson:
    """A list of objects, or lists by split."""

    def test_a_list(self) -> None:
        assert rows("json", ' [\n{"a": [1, {"b": "]"}]} ,{}\n] ') == [{"a": [1, {"b": "]"}]}, {}]

    def test_a_list_under_data(self) -> None:
        assert rows("json", '{"data": [{"a": 1}]}') == [{"a": 1}]

    def test_lists_by_split(self) -> None:
        read = splits("json", '{"train": [{"a": 1}, {"a": 2}], "data": [], "te\\"st" : [{"a": 3}]}')
        assert read == {"train": [{"a": 1}, {"a": 2}], "data": [], 'te"st': [{"a": 3}]}

    def test_the_limit_is_for_each_split(self) -> None:
        assert splits("json", '{"a": [{}, {}], "b": [{}]}', limit=1) == {"a": [{}], "b": [{}]}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[", "f:1:2: Expecting value"),
            ("[{},]", "f:1:5: Expecting value"),
            ("[{} {}]", "f:1:5: Expecting ','"),
            ("[{}] x", "f:1:6: Extra data"),
            ("\n[{},\n3]", "f:3: record 1: expected an object, found the number 3"),
            ('[{},\n{"a": 1,\n"a": 2}]', "f:2: the key 'a' occurs twice in one object"),
            ('[{},\n{"a": NaN}]', "f:2: NaN is not JSON"),
            ("[\n" + "[" * 100_000, "f:2: nested too deeply"),
            ("{}", "expected a list of records, or lists by split; found an empty object"),
            ('{"a": [], "a": []}', "the key 'a' occurs twice in one object"),
            ('{"a": []', "f:1:9: Expecting ','"),
            ('{"a": [],}', "f:1:10: Expecting a split's name in double quotes"),
            ("{a: []}", "f:1:2: Expecting a split's name in double quotes"),
            ('{"a" []}', "f:1:6: Expecting ':'"),
            ('{"version": "1.0", "data": []}', "the key 'version' should hold a list of records, and holds"),
            ('{"a": "b"}\n{"a": "c"}', "(one record a line is the format jsonl)"),
            ("3", "f:1: the file should hold a list of records, and holds the number 3"),
            ("nonsense", "f:1:1: Expecting value"),
        ],
    )
    def test_malformed_documents_say_where(self, text: str, message: str) -> None:
        assert message in malformed("json", text)

    def test_it_agrees_with_the_standard_library(self) -> None:
        document = [{"a": [1, 2.5, None, {"b": '\\"[]{}'}]}, {"ä": True}]
        for layout in ({}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}):
            assert rows("json", json.dumps(document, **layout)) == document


class TestCsv:
    """A header, and strings."""

    def test_values_are_strings(self) -> None:
        assert rows("csv", "a,b\n1,true\n,x\n") == [{"a": "1", "b": "true"}, {"a": "", "b": "x"}]

    def test_quoted_fields_hold_delimiters_quotes_and_lines(self) -> None:
        assert rows("csv", 'a,b\n"x,""y""\nz",2\n') == [{"a": 'x,"y"\nz', "b": "2"}]

    def test_another_delimiter(self) -> None:
        assert rows("csv", "a;b\n1,5;2\n", delimiter=";") == [{"a": "1,5", "b": "2"}]

    def test_reading_stops_at_the_limit(self) -> None:
        assert rows("csv", "a\n1\n2\n3,4\n", limit=2) == [{"a": "1"}, {"a": "2"}]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a,b\n1,2\n3\n", "f:3: 1 fields where the header has 2"),
            ('a,b\n"x\ny",2\n\n1,2,3\n', "f:5: 3 fields where the header has 2"),
            ("a,b\n1\n2\n", "; 1 more malformed (lines 3)"),
            ("a,a\n1,2\n", "f:1: the header has the column 'a' twice"),
            ("a, \n1,2\n", "f:1: a column in the header has no name"),
            (" \n1\n", "f:1: a column in the header has no name"),
            ('a\n"x" y\n', "f:2: ',' expected after '\"'"),
            ('a\n1\n"x', "f:3: unexpected end of data"),
        ],
    )
    def test_malformed_rows_are_named(self, text: str, message: str) -> None:
        assert message in malformed("csv", text)

    def test_fields_longer_than_the_parser_takes(self) -> None:
        limit = csv.field_size_limit()
        message = malformed("csv", "a\n" + "x" * (limit + 1) + "\n")
        assert f"a field of more than {limit:,} characters" in message
        assert csv.field_size_limit() == limit


class TestTxt:
    """Lines, paragraphs, or the document."""

    TEXT = "one\r\n  two  \n\n \nthree\n"

    def test_lines(self) -> None:
        assert rows("txt", self.TEXT) == [{"text": "one"}, {"text": "  two  "}, {"text": "three"}]

    def test_paragraphs(self) -> None:
        assert rows("txt", self.TEXT, text_unit="paragraph") == [{"text": "one\n  two  "}, {"text": "three"}]
        assert rows("txt", "one\n\n\n", text_unit="paragraph") == [{"text": "one"}]

    def test_the_document(self) -> None:
        assert rows("txt", self.TEXT, text_unit="document") == [{"text": self.TEXT}]

    def test_the_limit_counts_units(self) -> None:
        assert rows("txt", self.TEXT, limit=1) == [{"text": "one"}]
        assert len(rows("txt", self.TEXT, limit=1, text_unit="paragraph")) == 1
