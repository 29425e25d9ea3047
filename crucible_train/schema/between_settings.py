"""Rules between settings, as conditions of a schema: what `StageConfig.findings` says of a whole config.

Only errors are said. A value that takes effect is the one of highest precedence, wherever it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from crucible_train.loops.supervised.config import EarlyStopping, Monitor, MonitorName
from crucible_train.schema.conditions import ANYTHING, all_of, any_of, effective, given, unset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crucible_train.schema.conditions import Places
    from crucible_train.schema.generator import Schema

_OF_TRAINING = frozenset(name for name in get_args(Monitor) if name.startswith("train_"))
_ABOVE_0: Schema = {"type": "number", "exclusiveMinimum": 0}


def two_names(pairs: Sequence[tuple[str, str]]) -> list[Schema]:
    """CRU105: a setting has one value, under one of its two names."""
    return [
        {
            "$comment": "CRU105",
            "not": {"required": list(pair), "properties": dict.fromkeys(pair, ANYTHING)},
        }
        for pair in pairs
    ]


def _held_out(places: Places) -> Schema:
    return any_of(_split(places), _evaluation_set(places))


def _split(places: Places) -> Schema:
    return effective(places("validation_split"), _ABOVE_0)


def _evaluation_set(places: Places) -> Schema:
    return any_of(*(given(path) for path in places("eval_dataset_ref")))


def one_evaluation_set(places: Places) -> Schema:
    """CRU301: `validation_split` and `eval_dataset_ref` are not both given."""
    return {"not": all_of(_split(places), _evaluation_set(places))}


def stopping_is_measured(places: Places) -> Schema:
    """CRU302: early stopping on evaluation data needs such data, and evaluations."""
    trained = [name for name in get_args(MonitorName) if EarlyStopping(monitor=name).monitor in _OF_TRAINING]
    on_evaluation: Schema = {"type": "object", "properties": {"monitor": {"not": {"enum": trained}}}}
    measured = effective(places("eval_every"), _ABOVE_0)
    return {
        "if": effective(places("early_stopping"), on_evaluation),
        "then": all_of(_held_out(places), measured),
    }


def adam_has_settings(places: Places) -> Schema:
    """CRU303: settings of Adam's are not beside `sgd`."""
    adams = ("adam_beta1", "adam_beta2", "adam_eps")
    return {
        "if": effective(places("optimizer"), {"const": "sgd"}),
        "then": unset(*(path for name in adams for path in places(name))),
    }


SAID: dict[str, Callable[[Places], Schema]] = {
    "CRU301": one_evaluation_set,
    "CRU302": stopping_is_measured,
    "CRU303": adam_has_settings,
}
"""Code to the rule a schema has for it."""
