from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crucible_train.project.recognise import has_own_key, is_spec, may_be_spec, reads_as_spec
from crucible_train.source import load_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from crucible_train.source import Format

SPECS: list[tuple[Format, bytes]] = [
    ("yaml", b"model_ref: {id: a}\n"),
    ("yaml", b"id: a\r\ndataset_ref:\r\n  name: a\r\n"),
    ("yaml", b"id: a\rtraining_config: {}\r"),
    ("yaml", b"# words\n%YAML 1.2\n---\n\n  id: a\n  'model_ref' : {id: a}\n"),
    ("yaml", b'--- {id: a, "model_ref":{id: a}}\n'),
    ("yaml", b"{id: a,\nmodel_ref: {id: a}}\n"),
    ("yaml", b"\xef\xbb\xbfmodel_ref:\n  id: a\n"),
    ("yaml", b"? model_ref\n: id: a\n"),
    ("yaml", b"pipeline:\n- name: a\n"),
    ("json", b'{"id": "a",\n "model_ref" : {}}'),
    ("json", b'\xef\xbb\xbf {"pipeline": []}'),
    ("toml", b'id = "a"\n[model_ref]\nid = "a"\n'),
    ("toml", b'id = "a"\nmodel_ref.id = "a"\n'),
    ("toml", b'[ "model_ref" . options ]\n'),
    ("toml", b'"dataset_ref" = {}\n'),
    ("toml", b'[[pipeline]]\nname = "a"\n'),
]

BROKEN: list[tuple[Format, bytes]] = [
    ("yaml", b"id: [a\nmodel_ref: {id: a}\n"),
    ("yaml", b"model_ref: !made {id: a}\nid: a\n"),
    ("yaml", b"id: a\nid: b\nmodel_ref: {id: a}\n"),
    ("yaml", b"model_ref: {id: caf\xe9}\n"),
    ("yaml", "model_ref: {id: a}\n".encode("utf-16")),
    ("json", b'{"id": "a" "model_ref": {}}'),
    ("json", b'// words\n{"model_ref": {}}'),
    ("json", b'{"model_ref": NaN}'),
    ("toml", b'id = a\n[model_ref]\nid = "a"\n'),
]

OTHERS: list[tuple[Format, bytes]] = [
    ("yaml", b"apiVersion: v1\nkind: ConfigMap\ndata:\n  model_ref: a\n"),
    ("yaml", b"# model_ref: a\nid: a\n"),
    ("yaml", b"{{- if .Values.on }}\nspec:\n  model_ref: {{ .Values.name }}\n{{- end }}\n"),
    ("yaml", b"text: |\n  model_ref: a\n"),
    ("yaml", b"- model_ref: a\n"),
    ("yaml", b"[{\nmodel_ref: a}]\n"),
    ("yaml", b"pipeline: {name: a}\n"),
    ("yaml", b"kind: a\n---\npipeline: [a]\n"),
    ("yaml", b"model_reference: a\n"),
    ("yaml", b""),
    ("yaml", b"\0\xff"),
    ("json", b'[{"model_ref": 1}]'),
    ("json", b'{"a": {"model_ref": 1}}'),
    ("json", b'{"a": "model_ref"}'),
    ("json", b'{"pipeline": "a"}'),
    ("toml", b'[tool.x]\nmodel_ref = "a"\n'),
    ("toml", b'[project]\nname = "model_ref"\n'),
]


def recognised(file_format: Format, data: bytes, directory: str = "") -> bool:
    name = f"{directory}/a.{file_format}" if directory else "a"
    read = load_bytes(data, format=file_format, name=name, directory=directory)
    return may_be_spec(data, file_format) and reads_as_spec(data, file_format, read, directory)


@pytest.mark.parametrize(("file_format", "data"), SPECS)
def test_a_spec_is_one_by_its_keys(file_format: Format, data: bytes) -> None:
    assert has_own_key(data, file_format)
    assert recognised(file_format, data)


@pytest.mark.parametrize(("file_format", "data"), BROKEN)
def test_a_spec_with_a_mistake_in_it_is_one(file_format: Format, data: bytes) -> None:
    assert recognised(file_format, data)


@pytest.mark.parametrize(("file_format", "data"), OTHERS)
def test_files_of_other_kinds_are_none(file_format: Format, data: bytes) -> None:
    assert not recognised(file_format, data)


@pytest.mark.parametrize("data", [b"kind: [a\n  pipeline: x\n", b"{{ template }}\n  pipeline: [\n"])
def test_a_template_is_not_even_parsed(data: bytes) -> None:
    assert not may_be_spec(data, "yaml")


def test_what_extends_a_spec_is_one(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("model_ref: {id: a}\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("rules: []\n", encoding="utf-8")
    for text, expected in {
        "extends: base.yaml\n": True,
        "extends: [other.yaml, base.yaml]\n": True,
        "extends: other.yaml\n": False,
        "extends: nowhere.yaml\n": False,
        "extends: default\n": False,
        "epochs: [1\nextends: base.yaml\n": True,
        "epochs: [1\nextends:\n- other.yaml\n- base.yaml\n": True,
        "epochs: [1\nextends: other.yaml\n": False,
        "epochs: [1\nextends: nowhere.yaml\n": False,
    }.items():
        assert recognised("yaml", text.encode(), str(tmp_path)) is expected, text


def test_another_tools_json_with_comments_is_none(tmp_path: Path) -> None:
    (tmp_path / "tsconfig.base.json").write_text('{"strict": true}', encoding="utf-8")
    text = b'// words\n{"extends": "./tsconfig.base.json"}'
    assert may_be_spec(text, "json")
    assert not recognised("json", text, str(tmp_path))


def test_an_experiment_is_one_by_its_list_of_stages() -> None:
    assert is_spec({"pipeline": []})
    assert not is_spec({"pipeline": "a"})
    assert not is_spec({})
