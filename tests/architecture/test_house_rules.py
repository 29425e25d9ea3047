"""The written rules that a machine can check."""

from __future__ import annotations

import ast
import importlib
import io
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(
    path for package in ("crucible_ir", "crucible_train") for path in (ROOT / package).rglob("*.py")
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))
MAX_LINES = 300
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}

SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:|pragma:)")
REASONED = re.compile(
    r"#\s*(noqa:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*"
    r"|type:\s*ignore\[[\w,\s-]+\]"
    r"|pyright:\s*ignore\[[\w,\s]+\]"
    r"|pragma:\s*no (cover|branch))"
    r"\s+--?\s+\w.{10,}"
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def public_definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        is_overload = any("overload" in ast.unparse(decorator) for decorator in node.decorator_list)
        if node.name.startswith("_") or is_overload:
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public_definitions(node.body, f"{prefix}{node.name}.")


def test_modules_have_at_most_300_lines() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGES}
    assert {path: count for path, count in lines.items() if count > MAX_LINES} == {}


def test_no_module_is_named_for_nothing() -> None:
    everything = [*PACKAGES, *TESTS, *EXAMPLES]
    parts = {
        name(path): {part.removesuffix(".py") for part in path.relative_to(ROOT).parts} for path in everything
    }
    assert [path for path, words in parts.items() if words & VAGUE] == []


def test_everything_public_has_a_docstring() -> None:
    bare: list[str] = []
    for path in PACKAGES:
        module = tree(path)
        bare += [name(path)] if not ast.get_docstring(module) else []
        bare += [
            f"{name(path)}: {definition}"
            for definition, node in public_definitions(module.body)
            if not ast.get_docstring(node)
        ]
    assert bare == []


def test_annotations_are_not_evaluated() -> None:
    evaluated: list[str] = []
    for path in PACKAGES:
        body = [node for node in tree(path).body if not isinstance(node, ast.Expr)]
        only_exports = all(isinstance(node, ast.ImportFrom | ast.Assign) for node in body)
        if not only_exports and ast.unparse(body[0]) != "from __future__ import annotations":
            evaluated.append(name(path))
    assert evaluated == []


def comments(path: Path) -> Iterator[tokenize.TokenInfo]:
    tokens = tokenize.tokenize(io.BytesIO(path.read_bytes()).readline)
    return (token for token in tokens if token.type == tokenize.COMMENT)


def test_a_suppression_names_what_and_says_why() -> None:
    assert [
        f"{name(path)}:{comment.start[0]}: {comment.string}"
        for path in [*PACKAGES, *TESTS, *EXAMPLES]
        for comment in comments(path)
        if SUPPRESSION.search(comment.string) and not REASONED.search(comment.string)
    ] == []


def is_silent(handler: ast.ExceptHandler) -> bool:
    return all(isinstance(node, ast.Pass) or ast.unparse(node) == "..." for node in handler.body)


def test_no_exception_is_swallowed() -> None:
    assert [
        f"{name(path)}:{node.lineno}"
        for path in PACKAGES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or is_silent(node))
    ] == []


def test_no_test_sleeps() -> None:
    assert [
        f"{name(path)}:{node.lineno}"
        for path in TESTS
        if "benchmarks" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep")
    ] == []


PUBLIC = {
    "crucible_ir": [
        "AudioPart", "BackendCapabilities", "BackendCompletion", "BackendOptions", "BackendPrompt",
        "BackendRef", "Choice", "ContentPart", "DatasetRef", "DeploymentConfig", "DeploymentStatus",
        "EnsembleConfig", "Experiment", "FairnessConfig", "FeedbackConfig", "FeedbackEvent",
        "GuardrailConfig", "HedgingConfig", "IRModel", "ImagePart", "Message", "ModelRef", "ModelVersion",
        "OutputSpec", "ReliabilityConfig", "StageDef", "StatsConfig", "TextPart", "Thinking", "Tool",
        "ToolCall", "ToolChoice", "ToolResultPart", "TrainingConfig", "TrainingRun", "Usage", "WIRE_TYPES",
        "from_json", "from_map", "to_json", "to_map",
    ],
    "crucible_train": [
        "Context", "Diagnostic", "Difference", "Err", "NormalizeError", "NormalizeErrorCode", "Normalized",
        "NormalizedExperiment", "Ok", "PipelineError", "PipelineErrorCode", "Ports", "Provenance", "Result",
        "RunControl", "Severity", "Span", "StageError", "StageErrorCode", "__version__", "diff",
        "normalize", "normalize_experiment", "run_pipeline",
    ],
    "crucible_train.diagnostics": ["Diagnostic", "Loc", "Severity", "Span", "format_loc", "sort_key"],
    "crucible_train.pipeline": ["PipelineError", "PipelineErrorCode", "StageStatus", "run_pipeline"],
    "crucible_train.ports": [
        "Dataset", "DatasetError", "DatasetErrorCode", "DatasetRequest", "DatasetStore", "Future",
        "MissingPort", "PortName", "Ports", "SamplingClient", "SamplingSession", "Tokenizer",
        "TokenizerProvider", "TrainingClient", "TrainingSession",
    ],
    "crucible_train.run_dir": [
        "ConsoleMetricsLogger", "DamagedRunError", "FileCheckpointLog", "JsonlMetricsLogger",
        "ProgressMetricsLogger", "RunDirectory", "RunDirectoryError", "RunDirectoryErrorCode",
        "TeeMetricsLogger", "loss_svg", "read_metrics",
    ],
    "crucible_train.schema": ["schema", "schema_names", "stage_schema", "type_schema"],
    "crucible_train.source": [
        "Document", "Format", "SourceError", "load_bytes", "load_path", "load_text", "parse_scalar",
    ],
    "crucible_train.stages": ["Report", "Stage", "SupervisedTrain", "ValidateData"],
}  # fmt: skip
"""What users import. A name that is added here, or taken away, is a decision."""


@pytest.mark.parametrize("package", PUBLIC)
def test_the_public_names_are_these(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(PUBLIC[package])
    assert [public for public in module.__all__ if getattr(module, public, None) is None] == []


@pytest.mark.parametrize("package", ["crucible_ir", "crucible_train", "crucible_train.stages"])
def test_the_facades_know_their_names_and_no_others(package: str) -> None:
    module = importlib.import_module(package)
    assert dir(module) == sorted(module.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = module.nothing
