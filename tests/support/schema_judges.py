"""What judges the documents of each schema: the very code that reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from crucible_ir import WIRE_TYPES
from crucible_train import registry
from crucible_train.cli.load import check_document, open_session
from crucible_train.cli.main import parser
from crucible_train.context import Context
from crucible_train.diagnostics.diagnostic import Diagnostic, Severity
from crucible_train.diagnostics.from_pydantic import describe, findings_of
from crucible_train.ir.experiment import normalize_experiment_source
from crucible_train.ir.spec import document_source
from crucible_train.result import Err, Ok
from crucible_train.schema.export import EXPERIMENT, SPEC, TOLD
from crucible_train.source import Document, SourceError, load_text
from crucible_train.stages.options import normalize_options
from tests.support.golden import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

    from tests.support.schema_agreement import Judge

BASES = REPOSITORY / "tests" / "examples" / "valid"
"""What documents may extend."""

NOT_A_MAPPING = Diagnostic("CRU004", "not a mapping")


def judge_of(name: str) -> Judge:
    """The judge of the schema `name`."""
    if name == SPEC:
        return _spec_judge()
    if name == EXPERIMENT:
        return _experiment
    types: dict[str, type[BaseModel]] = {cls.__name__: cls for cls in WIRE_TYPES.values()}
    if name.startswith(TOLD):
        return model_judge(registry.training_config_model(name.removeprefix(TOLD)).unwrap())
    return model_judge(types[name]) if name in types else stage_judge(name)


def model_judge(model: type[BaseModel]) -> Judge:
    """Validation by a model."""
    validate = model.__pydantic_validator__.validate_python

    def judge(document: Any) -> Sequence[Diagnostic] | None:
        try:
            validate(document)
        except ValidationError as error:
            return findings_of(error, model, document)
        return None

    return judge


def stage_judge(stage: str) -> Judge:
    """What `Stage.run` does with its options, up to what needs ports."""
    context = Context()

    def judge(document: Any) -> Sequence[Diagnostic] | None:
        if document is None:  # no options at all, which is no document
            return [NOT_A_MAPPING]
        match normalize_options(stage, context, document):
            case Ok():
                return None
            case Err(error):
                return _errors(error.diagnostics)

    return judge


def _spec_judge() -> Judge:
    """`crucible validate`, without reading a file."""
    session = open_session(parser("validate").parse_args(["validate", "spec.json"])).unwrap()

    def judge(document: Any) -> Sequence[Diagnostic] | None:
        if not isinstance(document, dict):
            return [NOT_A_MAPPING]
        whole, errors = _with_bases(document)
        checked = check_document("spec.json", whole, session, errors).unwrap()
        return _errors(checked.findings) if checked.normalized is None else None

    return judge


def _experiment(document: Any) -> Sequence[Diagnostic] | None:
    if not isinstance(document, dict):
        return [NOT_A_MAPPING]
    match normalize_experiment_source(document_source(*_with_bases(document))):
        case Ok():
            return None
        case Err(error):
            return _errors(error.diagnostics) or [Diagnostic(error.code, describe(document))]


def _with_bases(document: dict[str, Any]) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document as a file beside the valid examples, which it may extend, and the errors of reading it."""
    if document.get("extends") is None:
        data = {key: value for key, value in document.items() if key != "extends"}
        return Document("spec.json", "json", data), ()
    text = json.dumps(document, ensure_ascii=False)
    match load_text(text, format="json", name="spec.json", directory=str(BASES)):
        case Ok(whole):
            return whole, ()
        case Err(SourceError(diagnostics=found, document=Document() as whole)):
            return whole, found
        case Err(error):  # too deep to be read at all
            is_path = isinstance(document["extends"], str | list)
            return _with_bases({**document, "extends": None})[0], () if is_path else error.diagnostics


def _errors(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]
