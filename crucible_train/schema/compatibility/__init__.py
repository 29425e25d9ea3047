"""What a new version of a JSON Schema (2020-12) means to those who have documents for the old one."""

from crucible_train.schema.compatibility.changes import Change, ChangeKind
from crucible_train.schema.compatibility.comparison import compare
from crucible_train.schema.compatibility.files import FileChanges, compare_paths
from crucible_train.schema.compatibility.reading import SchemaProblem, read_schema

__all__ = ["Change", "ChangeKind", "FileChanges", "SchemaProblem", "compare", "compare_paths", "read_schema"]
