"""Training records: what a data set holds once its columns are understood."""

from crucible_train.records.errors import RecordError, RecordErrorCode, RecordProblem
from crucible_train.records.record import Conversation, Message, Record, Role, TextRecord
from crucible_train.records.schema import SCHEMA_TYPES, SchemaProblem, SchemaProblemCode, check_schema
from crucible_train.records.shapes import (
    PARSE_OPTIONS,
    ParsedRecords,
    Shape,
    detect_shape,
    parse_records,
)

__all__ = [
    "PARSE_OPTIONS",
    "SCHEMA_TYPES",
    "Conversation",
    "Message",
    "ParsedRecords",
    "Record",
    "RecordError",
    "RecordErrorCode",
    "RecordProblem",
    "Role",
    "SchemaProblem",
    "SchemaProblemCode",
    "Shape",
    "TextRecord",
    "check_schema",
    "detect_shape",
    "parse_records",
]
