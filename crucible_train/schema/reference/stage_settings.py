"""The settings of stages as tables: by the names a spec has for them, or by the stage's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crucible_ir import DatasetRef, ModelRef, TrainingConfig
from crucible_train.schema.reference.markdown import code, table
from crucible_train.schema.reference.model_tables import HEADERS, REQUIRED, field_rows

if TYPE_CHECKING:
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.schema.reference.model_tables import FieldRow
    from crucible_train.schema.reference.type_words import Link

REFERENCES = {"dataset_ref": DatasetRef.__name__, "model_ref": ModelRef.__name__}
"""How the name of a setting that holds a reference ends, and what it holds. Stages keep it as a mapping."""

THE_BACKENDS = "the backend's"


def spec_table(model: type[StageConfig], link: Link) -> str:
    """Every key of a spec for a training stage: the training config's first, then the stage's own."""
    own = {row.key: row for row in settings_rows(model, link)}
    rows: list[FieldRow] = []
    targets = {code(row.source): row for row in model.mapping_table()}
    for ir in field_rows(TrainingConfig, link):
        mapped = targets[ir.key]
        setting = own.pop(code(mapped.target), None)
        if setting is not None:
            rows.append(_of_both(ir, setting))
        elif mapped.rule == "lifted" or ir.default == REQUIRED:
            rows.append(ir)
        else:
            default = _json(model.training_config_defaults.get(mapped.source, None))
            rows.append(ir._replace(default=default or THE_BACKENDS))
    return table(HEADERS, [*rows, *own.values()])


def settings_table(model: type[StageConfig], link: Link) -> str:
    """The settings of a stage by their own names: all that one which trains nothing has."""
    return table(HEADERS, settings_rows(model, link))


def settings_rows(model: type[StageConfig], link: Link) -> list[FieldRow]:
    """A row for every setting, by its own name."""
    told = dict(model.training_config_defaults)
    return [_setting(row, told, link) for row in field_rows(model, link, by_alias=False)]


def _setting(row: FieldRow, told: dict[str, Any], link: Link) -> FieldRow:
    name = row.key.strip("`")
    if name == "training_config" and told:
        return row._replace(default=_json(told))
    kinds = [kind for ending, kind in REFERENCES.items() if name.endswith(ending)]
    return row._replace(type=link(kinds[0])) if kinds else row


def _of_both(ir: FieldRow, own: FieldRow) -> FieldRow:
    """The row of a key that the training config and the stage have, under one name or two.

    The stage says what it means and what happens without it. Under one name, both judge it, and the stage
    is the stricter; under two, each is judged by its owner.
    """
    default = REQUIRED if ir.default == REQUIRED else own.default
    if ir.key == own.key:
        return own._replace(default=default)
    words = own.type if ir.type == own.type else f"{ir.type}; as {own.key}: {own.type}"
    return own._replace(key=f"{ir.key}, {own.key}", type=words, default=default)


def _json(value: Any) -> str:
    return "" if value is None else code(json.dumps(value, ensure_ascii=False))
