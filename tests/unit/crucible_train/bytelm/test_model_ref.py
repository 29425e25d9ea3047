"""How a spec names the embedded model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.model_ref import ByteLMRef, missing_dependency, unsupported_config
from crucible_train.session import SessionErrorCode


def ref(**settings: Any) -> ByteLMRef:
    return ByteLMRef.model_validate({"id": "byte-lm", **settings})


def test_the_default_sizes_are_those_of_the_architecture() -> None:
    assert ref().sizes == Architecture() == ref(options={}).sizes
    assert ref().chosen_sizes == {}


def test_sizes_can_be_chosen_one_by_one() -> None:
    chosen = ref(options={"hidden_dim": 64})
    assert chosen.sizes == Architecture(hidden_dim=64)
    assert chosen.chosen_sizes == {"hidden_dim": 64}


def test_labels_are_accepted() -> None:
    labels = {"name": "a", "version": "1", "task": "text", "metadata": {"team": ["x"]}}
    kinds = {"provider": "local", "framework": "numpy", "architecture": "mlp"}
    assert ref(**labels, **kinds).metadata == {"team": ["x"]}


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (None, None),
        ("runs/a b.safetensors", "runs/a b.safetensors"),
        ("/runs/100%.safetensors", "/runs/100%.safetensors"),
        ("file:///runs/a%20b.safetensors", "/runs/a b.safetensors"),
        ("file://localhost/runs/a", "/runs/a"),
    ],
)
def test_an_artifact_is_a_path_or_a_file_uri(uri: str | None, path: str | None) -> None:
    assert ref(artifact_uri=uri).artifact_path == (None if path is None else Path(path))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"id": "gpt"}, "id"),
        ({"revision": "main"}, "revision"),
        ({"provider": "openai"}, "provider"),
        ({"framework": "torch"}, "framework"),
        ({"architecture": "transformer"}, "architecture"),
        ({"name": 3}, "name"),
        ({"artifact_uri": ""}, "artifact_uri"),
        ({"artifact_uri": "s3://bucket/state"}, "artifact_uri"),
        ({"artifact_uri": "file://elsewhere/state"}, "artifact_uri"),
        ({"options": {"hidden_dim": 0}}, "options.hidden_dim"),
        ({"options": {"hidden_dim": 8193}}, "options.hidden_dim"),
        ({"options": {"context_length": 2.0}}, "options.context_length"),
        ({"options": {"embedding_dim": "16"}}, "options.embedding_dim"),
        ({"options": {"embedding_dim": True}}, "options.embedding_dim"),
        ({"options": {"layers": 2}}, "options.layers"),
    ],
)
def test_what_the_model_does_not_have_is_refused_where_it_stands(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ref(**wrong)
    problem = unsupported_config(caught.value)
    assert problem.code is SessionErrorCode.UNSUPPORTED_CONFIG
    assert problem.message.startswith(f"{where}: ")
    assert ";" not in problem.message


def test_a_missing_package_of_the_extra_comes_with_the_install_line() -> None:
    problem = missing_dependency(ModuleNotFoundError("no", name="safetensors"))
    assert problem.code is SessionErrorCode.MISSING_DEPENDENCY
    assert problem.message == "the local backend needs safetensors: pip install 'crucible-train[local]'"


def test_any_other_missing_module_is_a_bug_and_raises() -> None:
    with pytest.raises(ModuleNotFoundError, match="typo"):
        missing_dependency(ModuleNotFoundError("typo", name="crucible_train.typo"))
