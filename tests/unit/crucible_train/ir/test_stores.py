"""One run reads its data from one store: a spec that names two is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crucible_train.ir.normalize import normalize
from crucible_train.result import Err, Ok
from tests.support.plug_in import install

if TYPE_CHECKING:
    from pathlib import Path

STORE = """\
class Store:
    def load(self, request):
        raise NotImplementedError
"""


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(
        tmp_path,
        monkeypatch,
        {"dataset_store": {"shelf": "plug_in_shelf:Store"}},
        modules={"plug_in_shelf": STORE},
    )


def codes(train: str | None, held_out: str | None) -> list[tuple[str, Any]]:
    refs = [{"name": name, "provider": store} for name, store in (("a", train), ("b", held_out))]
    train_ref, eval_ref = ({key: value for key, value in ref.items() if value} for ref in refs)
    match normalize(
        model_ref={"id": "byte-lm"},
        dataset_ref=train_ref,
        eval_dataset_ref=eval_ref,
        eval_every=1,
        backend="local",
    ):
        case Ok():
            return []
        case Err(error):
            return [(finding.code, finding.loc) for finding in error.diagnostics]


@pytest.mark.parametrize(
    ("train", "held_out"),
    [(None, None), ("files", None), (None, "shelf"), ("files", "files"), ("shelf", "shelf")],
)
def test_one_store(train: str | None, held_out: str | None) -> None:
    assert codes(train, held_out) == []


@pytest.mark.parametrize(("train", "held_out"), [("files", "shelf"), ("shelf", "files")])
def test_two_stores(train: str, held_out: str) -> None:
    assert codes(train, held_out) == [("CRU206", ("eval_dataset_ref", "provider"))]


def test_an_unknown_store_is_what_is_said() -> None:
    assert codes("flies", "shelf") == [("CRU504", ("dataset_ref", "provider"))]
    assert codes("flies", "shlef") == [
        ("CRU504", ("dataset_ref", "provider")),
        ("CRU504", ("eval_dataset_ref", "provider")),
    ]
