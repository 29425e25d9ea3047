"""`ReportConfig`: which reports are written, as pure data; the types of an experiment's `outputs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError, PydanticKnownError, PydanticUseDefault

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, format_loc
from crucible_train.loops.stage_config import StageConfig, list_as_tuple

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

Format: TypeAlias = Literal["markdown", "json", "html"]

ENDINGS: dict[Format, str] = {"markdown": ".md", "json": ".json", "html": ".html"}
"""Format to the ending of its files."""

Sink: TypeAlias = Literal["file", "stdout"]

SectionName: TypeAlias = Literal[
    "experiment", "stages", "settings", "warnings", "curves", "samples", "changes", "metrics", "artifacts"
]
"""The sections of a report, in their usual order."""

DEFAULT_NAME = "report"


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    """What is named a second time would be written a second time; without a name, nothing would be."""
    if not values:
        raise PydanticKnownError("too_short", {"field_type": "List", "min_length": 1, "actual_length": 0})
    for index, value in enumerate(values):
        if value in values[:index]:
            raise PydanticCustomError("named_twice", "`{value}` is named twice", {"value": value})
    return values


def _null_is_unset(value: object) -> object:
    """As in an experiment: a null leaves the default."""
    if value is None:
        raise PydanticUseDefault
    return value


def _none_is_unset(value: object) -> object:
    """A list of no outputs is what an experiment has that says nothing about them."""
    if value in ([], ()):
        raise PydanticUseDefault
    return list_as_tuple(value)


Choice: TypeAlias = Annotated[
    tuple[T, ...],
    # A bound of Pydantic's would also count the items that are wrong.
    Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
    BeforeValidator(list_as_tuple),
    AfterValidator(_each_once),
]
"""At least one of something, and each once; a list in a spec."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class OutputOptions(_Part):
    """Settings of one output."""

    title: Annotated[str, Field(min_length=1)] | None = None
    """The report's heading. Left out: the experiment's id, or the run's."""

    sections: Choice[SectionName] | None = None
    """The sections to write, in this order. Left out: all that have something to say."""

    directory: Annotated[str, Field(min_length=1)] | None = None
    """The directory its files go to. Left out: the run's."""


class ReportOutput(_Part):
    """One report, in one or more formats."""

    name: Annotated[str, Field(min_length=1)]
    """The report's name. Its files are called by it, with the formats' endings."""

    formats: Annotated[
        Choice[Format], BeforeValidator(_null_is_unset, json_schema_input_type=Choice[Format] | None)
    ] = ("markdown",)
    """The formats it is written in: `markdown`, `json`, `html`."""

    sink: Annotated[Sink, BeforeValidator(_null_is_unset, json_schema_input_type=Sink | None)] = "file"
    """Where it goes: to files, or to the standard output."""

    options: Annotated[
        OutputOptions, BeforeValidator(_null_is_unset, json_schema_input_type=OutputOptions | None)
    ] = OutputOptions()
    """Its settings."""


class ReportConfig(StageConfig):
    """Writes what an experiment did so far, for people and for programs."""

    errors_between_settings: ClassVar[tuple[str, ...]] = ("CRU304",)

    outputs: Annotated[tuple[ReportOutput, ...], BeforeValidator(_none_is_unset)] = (
        ReportOutput(name=DEFAULT_NAME),
    )
    """The reports to write. Left out: the experiment's `outputs`; where it has none either, one in markdown,
    named `report`."""

    def findings(
        self, total_steps: int | None = None, broken: frozenset[str] = frozenset()
    ) -> list[Diagnostic]:
        """Outputs that would write the same file, and settings without effect."""
        return [] if broken else [*self._same_files(), *self._without_effect()]

    def _same_files(self) -> Iterator[Diagnostic]:
        if len(self.outputs) == 1:
            return
        # Few experiments have two outputs.
        from crucible_train.stages.report.file_names import file_key, report_file

        written: dict[tuple[str, str], tuple[int, str]] = {}
        for index, output in enumerate(self.outputs):
            for format_ in output.formats if output.sink == "file" else ():
                file = report_file(output.name, format_)
                key = file_key(output.name, output.options.directory, format_)
                first, its_file = written.setdefault(key, (index, file))
                if first != index:
                    loc: Loc = ("outputs", index, "name")
                    why = "too" if file == its_file else f"too, and case need not count: `{file}`"
                    message = f"`{format_loc(loc)}`: `outputs[{first}]` writes `{its_file}` {why}"
                    yield Diagnostic("CRU304", message, loc, hint="give one of them another name")
                    break

    def _without_effect(self) -> Iterator[Diagnostic]:
        for index, output in enumerate(self.outputs):
            if output.sink == "stdout" and output.options.directory is not None:
                loc: Loc = ("outputs", index, "options", "directory")
                message = f"`{format_loc(loc)}` has no effect: the report goes to the standard output"
                yield Diagnostic("CRU405", message, loc, hint="remove it", severity=Severity.WARNING)
