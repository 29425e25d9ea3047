"""What becomes of every field of an experiment, as data: read by stages, describing it, or only recorded.

`experiment_sources` and `experiment_effects` act on these tables, and `docs/reference/mapping.md` shows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from crucible_train.diagnostics.diagnostic import Loc


class SharedPart(NamedTuple):
    """A part of an experiment, and the key that stages read it as."""

    part: Loc
    key: str
    labelled: bool = False
    """Whether a stage's label is added to it: two runs may not have one name."""


WHOLE_SPEC: Loc = ("training_config",)
"""The part that training stages read as a whole spec, over what `FOR_TRAINING` lists."""

FOR_TRAINING: tuple[SharedPart, ...] = (
    SharedPart(("id",), "id", labelled=True),
    SharedPart(("backend", "id"), "backend"),
    SharedPart(("backend", "options"), "training_config"),
    SharedPart(("dataset",), "dataset_ref"),
)
"""What a training stage reads of an experiment."""

FOR_OTHERS: tuple[SharedPart, ...] = (
    SharedPart(("training_config", "dataset_ref"), "dataset_ref"),
    SharedPart(("dataset",), "dataset_ref"),
    SharedPart(("training_config", "model_ref"), "model_ref"),
    SharedPart(("outputs",), "outputs"),
)
"""What any other stage reads, if it has the key. Of two parts for one key, the first that is set counts."""

PIPELINE = frozenset(
    {("pipeline",), ("pipeline", "name"), ("pipeline", "options"), ("pipeline", "enabled")},
)
"""The pipeline itself: which stages run, and what is theirs."""

DESCRIPTIVE = frozenset(
    {"id", "description", "owner", "tags", "metadata", "created_at", "updated_at", "experiment_type"}
)
"""Fields that only describe the experiment. They are recorded, and nobody expects more of them."""

_KEPT = "no stage acts on it; it is kept in the record"

RECORDED: dict[Loc, str] = {
    ("model_version",): _KEPT,
    ("baseline",): _KEPT,
    ("reliability",): _KEPT,
    ("backend", "model_version"): _KEPT,
    ("backend", "endpoint_url"): _KEPT,
    ("backend", "deployment_id"): _KEPT,
    ("backend", "fallback"): _KEPT,
    ("backend", "profile"): _KEPT,
    ("pipeline", "module"): "stages are found by their names",
}
"""Fields of other systems' stages, and why those here have no use for them (CRU406)."""


class Unread(NamedTuple):
    """Why no stage reads a part that stages can read, and what to do about it."""

    why: str
    hint: str | None = None


UNREAD: dict[Loc, Unread] = {
    ("dataset",): Unread("every stage has a data set of its own, or needs none"),
    ("backend", "options"): Unread("no stage of the pipeline trains with them"),
    WHOLE_SPEC: Unread("no stage of the pipeline reads it"),
    ("outputs",): Unread("no stage writes them", "add a `report` stage to the pipeline"),
}
"""Parts that are only recorded where no stage of the pipeline reads them (CRU406)."""
