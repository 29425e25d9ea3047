"""`SupervisedConfig`: what supervised fine-tuning does, as pure data. Its aliases are the mapping table.

| spec key | here |
|---|---|
| `id` | `run_name` |
| `epochs` | `num_epochs` |
| `checkpoint_every` | `save_every` |
| `dataset_ref`, `batch_size`, `learning_rate`, `validation_split`, `early_stopping` | the same name |
| `model_ref`, `optimizer`, `loss_function`, `seed`, `gradient_clipping`, `device`, `mixed_precision`, `metrics` | `training_config[...]` |
| `options` | a field of that name, else `training_config[...]` |
"""  # noqa: E501 - a table row cannot be broken

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticKnownError

from crucible_train.loops.schedule import LRSchedule
from crucible_train.loops.stage_config import TrainingStageConfig, list_as_tuple
from crucible_train.loops.supervised.checks import check

if TYPE_CHECKING:
    from crucible_train.diagnostics.diagnostic import Diagnostic

Monitor: TypeAlias = Literal["eval_mean_nll", "eval_bits_per_byte", "train_mean_nll", "train_bits_per_byte"]

MonitorName: TypeAlias = Literal[Monitor, "val_loss", "eval_loss", "validation_loss", "loss", "train_loss"]
"""What a spec may call a metric."""

_METRICS: dict[str, Monitor] = {
    **{name: name for name in get_args(Monitor)},
    "val_loss": "eval_mean_nll",
    "eval_loss": "eval_mean_nll",
    "validation_loss": "eval_mean_nll",
    "loss": "train_mean_nll",
    "train_loss": "train_mean_nll",
}


def _metric(value: object) -> object:
    metric = _METRICS.get(value) if isinstance(value, str) else None
    if metric is not None:
        return metric
    *names, last = (repr(name) for name in get_args(MonitorName))
    raise PydanticKnownError("literal_error", {"expected": f"{', '.join(names)} or {last}"})


class EarlyStopping(BaseModel):
    """Stop when a metric has not improved for a while."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    monitor: Annotated[Monitor, BeforeValidator(_metric, json_schema_input_type=MonitorName)] = (
        "eval_mean_nll"
    )
    """The metric to watch. `val_loss` and `eval_loss` mean `eval_mean_nll`; `loss` means `train_mean_nll`."""

    patience: Annotated[int, Field(ge=1)] = 3
    """How many measurements in a row may fail to improve on the best one."""

    min_delta: Annotated[float, Field(ge=0)] = 0.0
    """The least change that counts as an improvement."""

    mode: Literal["min", "max"] = "min"
    """Whether smaller or larger is better."""


class SupervisedConfig(TrainingStageConfig):
    """Supervised fine-tuning: weighted cross-entropy on the data set's own text."""

    backend_keys: ClassVar[tuple[str, ...]] = (
        "model_ref",
        "optimizer",
        "loss_function",
        "seed",
        "gradient_clipping",
        "device",
        "mixed_precision",
        "metrics",
    )
    training_config_defaults: ClassVar[Mapping[str, Any]] = {"seed": 0}
    errors_between_settings: ClassVar[tuple[str, ...]] = ("CRU301", "CRU302", "CRU303")

    run_name: Annotated[str | None, Field(min_length=1, validation_alias="id")] = None
    """The run's name."""

    dataset_ref: Annotated[dict[str, Any] | None, Field(validation_alias="dataset_ref")] = None
    """The data to train on: resolved to records through the data-set store."""

    eval_dataset_ref: dict[str, Any] | None = None
    """The data to evaluate on. Left out, `validation_split` holds some of the training data back."""

    num_epochs: Annotated[int, Field(ge=1, validation_alias="epochs")] = 1
    """Passes over the training data."""

    max_steps: Annotated[int, Field(ge=1)] | None = None
    """Optimizer steps after which training ends, if that is before the last epoch does."""

    batch_size: Annotated[int | None, Field(ge=1, validation_alias="batch_size")] = None
    """Sequences per optimizer step. Left out: 8, or the whole data set if that is smaller."""

    learning_rate: Annotated[float, Field(gt=0, validation_alias="learning_rate")] = 1e-4
    """The peak learning rate."""

    lr_schedule: LRSchedule = "linear"
    """How the learning rate changes: `linear`, `cosine`, `constant`, or a warm-up before one of them."""

    adam_beta1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Adam's decay rate of the gradient's mean."""

    adam_beta2: Annotated[float, Field(ge=0, lt=1)] = 0.95
    """Adam's decay rate of the gradient's square."""

    adam_eps: Annotated[float, Field(gt=0)] = 1e-8
    """Adam's guard against division by zero."""

    reduction: Literal["token_mean", "example_mean", "sum"] = "token_mean"
    """What a step minimises: the mean over the batch's trained tokens, the mean of its examples' means,
    or the sum."""

    train_on: Literal["all_assistant", "last_assistant", "all_tokens"] = "all_assistant"
    """Which tokens of a conversation are targets. Plain text is always trained on whole."""

    max_length: Annotated[int, Field(ge=2)] | None = None
    """Longest sequence in tokens; longer ones are cut on the right."""

    drop_last_batch: bool = False
    """Whether an epoch's last batch is dropped when it is not full."""

    submit_ahead: Annotated[int, Field(ge=0, le=64)] = 1
    """Steps submitted to the backend before the oldest one's result is read."""

    validation_split: Annotated[float | None, Field(ge=0, lt=1, validation_alias="validation_split")] = None
    """Fraction of the training records held out for evaluation, chosen by `seed`."""

    eval_every: Annotated[int, Field(ge=0)] = 0
    """Optimizer steps between evaluations; 0 never evaluates."""

    eval_batch_size: Annotated[int, Field(ge=1)] | None = None
    """Sequences per evaluation request. Left out: as in training."""

    early_stopping: Annotated[EarlyStopping | None, Field(validation_alias="early_stopping")] = None
    """When to stop before the last epoch."""

    save_every: Annotated[int, Field(ge=0, validation_alias="checkpoint_every")] = 0
    """Optimizer steps between checkpoints; 0 saves only the final one."""

    log_path: Annotated[str, Field(min_length=1)] | None = None
    """The run directory. Left out: `runs/` and the run's name."""

    logger: Literal["progress", "console", "none"] | None = None
    """What is shown while training, besides `metrics.jsonl`. Left out: a progress bar from the command line,
    nothing from Python."""

    sample_prompts: Annotated[tuple[str, ...], BeforeValidator(list_as_tuple)] = ()
    """Prompts for the trained model, for people to read: user's messages where the data are conversations,
    beginnings to continue where they are text."""

    sample_max_tokens: Annotated[int, Field(ge=1)] = 80
    """Longest sample, in tokens."""

    sample_temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    """Sampling temperature; 0 takes the likeliest token each time."""

    def findings(
        self, total_steps: int | None = None, broken: frozenset[str] = frozenset()
    ) -> list[Diagnostic]:
        """Contradictions between settings, and settings without effect."""
        return check(self, total_steps, broken)
