"""What a report says, before it is written in any format: sections of blocks of plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from crucible_train.stages.report.config import SectionName

KIND = "crucible-report"
"""What every file of a report names itself, near its beginning."""

SCHEMA_VERSION = 1
"""The version of the JSON form. It goes up when a program that reads the form would have to change."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. Line ends in it are meant."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    """Indices of the columns that hold numbers."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text to be shown exactly as it is, such as what a model wrote."""

    caption: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG file."""

    caption: str
    path: str
    """Where it is, from where the report is read."""
    svg: bytes
    """What is in it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks under a heading of their own."""

    title: str
    blocks: tuple[Block, ...]


Block: TypeAlias = Paragraph | Facts | Table | Verbatim | Picture | Group


@dataclass(frozen=True, slots=True)
class Section:
    """One section: the blocks are for people, `data` is the same for programs."""

    name: SectionName
    title: str
    blocks: tuple[Block, ...]
    data: Any


@dataclass(frozen=True, slots=True)
class Content:
    """A whole report."""

    title: str
    run_id: str
    sections: tuple[Section, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON data.

        | key | value |
        |---|---|
        | `kind`, `schema_version` | `crucible-report`, 1 |
        | `title`, `run_id` | the heading, and the run it is about |
        | `experiment` | its `id`, `description`, `owner`, `tags`, `metadata`, `experiment_type`, `created_at`, `updated_at`, where they are set; null without an experiment |
        | `stages` | in order: `stage` (its label), `state` (`completed`, `disabled`, `this report`, `pending`), `output` (of a completed one) |
        | `settings` | what training stages were set to in different ways: `setting`, `values` by stage |
        | `warnings` | `stage`, `text` |
        | `curves` | `stage`, `path` of an SVG |
        | `samples` | `stage`, `prompt`, and `text` with `stop_reason`, or `error` |
        | `changes` | a metric of several stages: `metric`, `from` and `to` (each `stage`, `value`), `difference` |
        | `metrics` | `stage` (null for one that no stage of the pipeline measured), `metric`, `value` |
        | `artifacts` | `stage` (likewise), `artifact`, `path` |

        A section that the output's `sections` leave out has no key. A path below the report's directory, or
        beside it, is relative to it. A number that is not finite is text (`nan`, `inf`, `-inf`).
        """  # noqa: E501 - a table row cannot be broken
        head = {"kind": KIND, "schema_version": SCHEMA_VERSION, "title": self.title, "run_id": self.run_id}
        return head | {section.name: section.data for section in self.sections}
