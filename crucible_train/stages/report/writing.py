"""Reports to files and to the standard output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from crucible_train.context import unique_label
from crucible_train.diagnostics.stage_errors import StageError, StageErrorCode
from crucible_train.result import Err, Ok, Result
from crucible_train.run_dir.durable import write_atomically
from crucible_train.run_dir.errors import unusable
from crucible_train.stages.report.content import build
from crucible_train.stages.report.file_names import report_file, safe_stem
from crucible_train.stages.report.tree import KIND

if TYPE_CHECKING:
    from crucible_train.context import Context, RunControl
    from crucible_train.stages.report.config import Format, ReportConfig, ReportOutput
    from crucible_train.stages.report.tree import Content

HEAD_BYTES = 400
"""A file of a report names its kind within so many bytes."""


def write_reports(
    stage: str, context: Context, config: ReportConfig, control: RunControl
) -> Result[Context, StageError]:
    """Write every output of `config`; the context after the stage.

    All is rendered before anything is written. A file that no report has written is left alone. Errors:
    `run_directory_failed`.
    """
    run_directory = Path(control.directory or Path(control.runs_dir, safe_stem(context.run_id))).absolute()
    files: dict[Path, str] = {}
    printed: list[str] = []
    rows: list[dict[str, Any]] = []
    artifacts: dict[str, str] = {}
    for output in config.outputs:
        directory = Path(output.options.directory or run_directory).absolute()
        options = output.options
        content = build(context, directory, title=options.title, sections=options.sections)
        for format_ in output.formats:
            path, text = _path(directory, output, format_), render(content, format_)
            if path is None:
                printed.append(text)
            elif path in files:
                return _failed(stage, f"two outputs write `{path}`; give one of them another name")
            else:
                files[path] = text
                artifacts[unique_label(f"{output.name}.{format_}", artifacts)] = str(path)
            row = {"name": output.name, "format": format_, "sink": output.sink}
            rows.append(row if path is None else {**row, "file": path.name})
    for path, text in files.items():
        problem = _written(path, text)
        if problem is not None:
            return _failed(stage, problem)
    for text in printed:
        _print(text)
    return Ok(context.completed(stage, output={"reports": rows}, metrics={}, artifacts=artifacts))


def render(content: Content, format_: Format) -> str:
    """The report in one format. What only another format needs is not imported."""
    match format_:
        case "markdown":
            from crucible_train.stages.report import markdown

            return markdown.render(content)
        case "html":
            from crucible_train.stages.report import html_page

            return html_page.render(content)
        case "json":
            from crucible_train.stages.report.wording import escaped_json

            return escaped_json(content.to_json()) + "\n"
        case _:
            assert_never(format_)


def _path(directory: Path, output: ReportOutput, format_: Format) -> Path | None:
    return directory / report_file(output.name, format_) if output.sink == "file" else None


def _written(path: Path, text: str) -> str | None:
    """Write a file, in one move; what went wrong, in words."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not _is_report(path):
            return f"`{path}` is there, and no report has written it; give the output another name"
        write_atomically(path, text.encode())
    except OSError as error:
        return str(unusable(path, error))
    return None


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return KIND.encode() in file.read(HEAD_BYTES)


def _print(text: str) -> None:
    """Write to the standard output, which need not know every character."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
    sys.stdout.flush()


def _failed(stage: str, message: str) -> Err[StageError]:
    return Err(StageError(stage, StageErrorCode.RUN_DIRECTORY_FAILED, message))
