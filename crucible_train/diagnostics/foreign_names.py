"""What other trainers call our settings, each name with the place that documents it.

Read in the tools' own sources and documentation, November 2026. TRL's configs and LLaMA-Factory's training
arguments extend Hugging Face's `TrainingArguments`, so its names are theirs too.
"""

from __future__ import annotations

from crucible_train.diagnostics import other_tools as at
from crucible_train.diagnostics.other_tools import ForeignName, near, nothing, renamed

_PER_STEP = "of one optimizer step, over all devices"
_NO_ACCUMULATION = "there is no accumulation; `batch_size` is of one optimizer step"
_EPOCHS_TOO = "training also ends with the last epoch, so give enough `epochs`"
_WARMUP = "as {warmup: STEPS, schedule: linear}"
_SHARE = "as {warmup: STEPS, schedule: linear}; in steps, not as a share"
_NAME_ONE = "as {name: PATH}; one data set"
_BY_NAME = "as dataset_ref: {name: PATH}"
_MODEL = "as model_ref: {id: NAME}"
_IN_STEPS = "it is counted in optimizer steps"
_WHICH_TOKENS = "all_assistant, last_assistant or all_tokens"
_TRUE_OR_FALSE = "true or false; the backend says which format"
_RUN = "a run is resumed by `crucible run --resume`"
_TRACKER = "metrics go to files in the run directory, and there is no tracker"
_EVERY_STEP = "every step is written to metrics.jsonl"
_ALL_WEIGHTS = "there is no LoRA; all weights are trained"
_ALL_KEPT = "every checkpoint is kept"
_ONE_DEVICE = "how to compute is the backend's to know"
_CUT = "longer sequences are cut on the right"

FOREIGN_NAMES: dict[str, ForeignName] = {
    # How long
    "num_train_epochs": renamed("epochs", at.HF),
    "max_epochs": renamed("epochs", at.LIGHTNING),
    "n_epochs": renamed("epochs", at.OPENAI),
    "steps": near("options.max_steps", _EPOCHS_TOO, at.TITAN, paths=("training.steps",)),
    "max_steps_per_epoch": near("options.max_steps", "it counts all epochs", at.TUNE),
    "early_stopping_patience": near("early_stopping.patience", "in evaluations", at.AXOLOTL),
    "early_stopping_steps": near("early_stopping.patience", "in evaluations", at.FACTORY),
    "metric_for_best_model": near("early_stopping.monitor", "such as eval_loss", at.HF, at.AXOLOTL),
    "greater_is_better": near("early_stopping.mode", "max for true, min for false", at.HF, at.AXOLOTL),
    # Batches
    "per_device_train_batch_size": near("batch_size", _PER_STEP, at.HF),
    "micro_batch_size": near("batch_size", _PER_STEP, at.AXOLOTL_TRAINING),
    "local_batch_size": near("batch_size", _PER_STEP, at.TITAN, paths=("training.local_batch_size",)),
    "global_batch_size": renamed("batch_size", at.TITAN, paths=("training.global_batch_size",)),
    "gradient_accumulation_steps": nothing(_NO_ACCUMULATION, at.HF, at.AXOLOTL_TRAINING, at.TUNE),
    "accumulate_grad_batches": nothing(_NO_ACCUMULATION, at.LIGHTNING),
    "per_device_eval_batch_size": near("options.eval_batch_size", "over all devices", at.HF),
    "batch_size_val": renamed("options.eval_batch_size", at.TUNE_FULL),
    "dataloader_drop_last": renamed("options.drop_last_batch", at.HF, at.AXOLOTL),
    # Optimizer
    "lr": renamed("learning_rate", at.TUNE, at.TITAN_OPTIMIZER, paths=("optimizer.lr",)),
    "learning_rate_multiplier": near("learning_rate", "it is the rate itself, not a factor", at.OPENAI),
    "optim": near("optimizer", "by the backend's name: adam, adamw or sgd", at.HF),
    "optimizer.name": near("optimizer", "by the backend's name", at.TITAN_OPTIMIZER),
    "optimizer._component_": near("optimizer", "by the backend's name", at.TUNE),
    "optimizer.weight_decay": near("options.weight_decay", "", at.TUNE, at.TITAN_OPTIMIZER),
    "adam_epsilon": renamed("options.adam_eps", at.HF, at.AXOLOTL_TRAINING),
    "beta1": renamed("options.adam_beta1", at.TITAN_OPTIMIZER, paths=("optimizer.beta1",)),
    "beta2": renamed("options.adam_beta2", at.TITAN_OPTIMIZER, paths=("optimizer.beta2",)),
    "optimizer.eps": near("options.adam_eps", "", at.TITAN_OPTIMIZER),
    "max_grad_norm": renamed("gradient_clipping", at.HF, at.AXOLOTL_TRAINING),
    "clip_grad_norm": renamed("gradient_clipping", at.TUNE_FULL),
    "max_norm": renamed("gradient_clipping", at.TITAN, paths=("training.max_norm",)),
    "gradient_clip_val": renamed("gradient_clipping", at.LIGHTNING),
    "loss": near("loss_function", "by the backend's name", at.TUNE, paths=("loss._component_",)),
    "data_seed": near("seed", "one seed for everything random", at.HF),
    "shuffle_seed": near("seed", "one seed for everything random", at.TINKER_FILE),
    "training.seed": near("seed", "", at.TITAN),
    # Learning rate over time
    "lr_scheduler_type": renamed("options.lr_schedule", at.HF),
    "lr_scheduler": near(
        "options.lr_schedule",
        "linear, cosine or constant, or a warm-up before one",
        at.AXOLOTL_TRAINING,
        at.TUNE,
    ),
    "decay_type": renamed("options.lr_schedule", at.TITAN_SCHEDULER, paths=("lr_scheduler.decay_type",)),
    "warmup_steps": near(
        "options.lr_schedule",
        _WARMUP,
        at.HF,
        at.AXOLOTL,
        at.TITAN_SCHEDULER,
        paths=("lr_scheduler.warmup_steps",),
    ),
    "num_warmup_steps": near(
        "options.lr_schedule", _WARMUP, at.TUNE, paths=("lr_scheduler.num_warmup_steps",)
    ),
    "warmup_ratio": near("options.lr_schedule", _SHARE, at.HF_4, at.AXOLOTL),
    # Model
    "model_name_or_path": near("model_ref.id", _MODEL, at.TRL_MODEL, at.FACTORY_MODEL),
    "base_model": near("model_ref.id", _MODEL, at.AXOLOTL_MODEL),
    "model_name": near("model_ref.id", _MODEL, at.TINKER),
    "model": near("model_ref", _MODEL, at.TUNE, paths=("model._component_",)),
    "model.flavor": near("model_ref.id", _MODEL, at.TITAN_MODEL),
    "model_revision": near("model_ref.version", "beside the id", at.TRL_MODEL, at.FACTORY_MODEL),
    "revision_of_model": near("model_ref.version", "beside the id", at.AXOLOTL_REMAPPED),
    "model_init_kwargs": near("model_ref.options", "the backend's own", at.SFT),
    "load_checkpoint_path": near("model_ref.artifact_uri", "beside the id", at.TINKER),
    "initial_load_path": near(
        "model_ref.artifact_uri",
        "beside the id",
        at.TITAN_CHECKPOINT,
        paths=("checkpoint.initial_load_path",),
    ),
    # Data
    "dataset_name": near("dataset_ref.name", _BY_NAME, at.TRL_SCRIPT),
    "dataset": near("dataset_ref", _NAME_ONE, at.FACTORY_DATA, at.TUNE, at.TINKER_CHAT),
    "datasets": near("dataset_ref", _NAME_ONE, at.AXOLOTL, at.TRL_MIXTURE),
    "dataset_builder": near("dataset_ref", _NAME_ONE, at.TINKER),
    "file_path": near("dataset_ref.name", _BY_NAME, at.TINKER_FILE),
    "training.dataset": near("dataset_ref.name", _BY_NAME, at.TITAN),
    "dataset_path": near("dataset_ref.name", _BY_NAME, at.TITAN, paths=("training.dataset_path",)),
    "dataset_dir": near("dataset_ref.name", "in the path that names the data", at.FACTORY_DATA),
    "dataset_train_split": near("dataset_ref.split", "beside the name", at.TRL_SCRIPT),
    "dataset_text_field": near("dataset_ref.options", "as {columns: {text: COLUMN}}", at.SFT),
    "max_samples": near("dataset_ref.options", "as {limit: NUMBER}", at.FACTORY_DATA),
    "max_seq_length": renamed("options.max_length", at.SFT_OLD),
    "cutoff_len": renamed("options.max_length", at.FACTORY_DATA),
    "max_seq_len": renamed("options.max_length", at.TUNE, paths=("tokenizer.max_seq_len",)),
    "sequence_len": near("options.max_length", _CUT, at.AXOLOTL),
    "seq_len": near("options.max_length", _CUT, at.TITAN, paths=("training.seq_len",)),
    "train_on_inputs": near("options.train_on", _WHICH_TOKENS, at.AXOLOTL_TRAINING),
    "train_on_prompt": near("options.train_on", _WHICH_TOKENS, at.FACTORY_DATA),
    "mask_history": near("options.train_on", "last_assistant", at.FACTORY_DATA),
    "assistant_only_loss": near("options.train_on", _WHICH_TOKENS, at.SFT),
    "completion_only_loss": near("options.train_on", _WHICH_TOKENS, at.SFT),
    "train_on_what": near("options.train_on", _WHICH_TOKENS, at.TINKER_CHAT),
    # Evaluation
    "val_set_size": renamed("validation_split", at.AXOLOTL),
    "val_size": near("validation_split", "a fraction, not a number of records", at.FACTORY_DATA),
    "test_split_size": near("validation_split", "a fraction, not a number of records", at.TRL_MIXTURE),
    "test_size": near("validation_split", "a fraction, not a number of records", at.TINKER_FILE),
    "eval_dataset": near("options.eval_dataset_ref", _NAME_ONE, at.FACTORY_DATA),
    "test_datasets": near("options.eval_dataset_ref", _NAME_ONE, at.AXOLOTL),
    "dataset_val": near("options.eval_dataset_ref", _NAME_ONE, at.TUNE_FULL),
    "dataset_test_split": near("options.eval_dataset_ref", "as {name: PATH, split: SPLIT}", at.TRL_SCRIPT),
    "eval_steps": renamed("options.eval_every", at.HF, at.AXOLOTL),
    "run_val_every_n_steps": renamed("options.eval_every", at.TUNE_FULL),
    "validation.freq": near("options.eval_every", "", at.TITAN_VALIDATION),
    "evals_per_epoch": near("options.eval_every", _IN_STEPS, at.AXOLOTL),
    "eval_strategy": near("options.eval_every", _IN_STEPS, at.HF, at.AXOLOTL),
    "evaluation_strategy": near("options.eval_every", _IN_STEPS, at.AXOLOTL_OLD, at.HF_4),
    "compute_accuracy": near("metrics", "as [accuracy]", at.FACTORY),
    # Checkpoints, files, what is shown
    "save_steps": renamed("checkpoint_every", at.HF, at.AXOLOTL),
    "checkpoint.interval": near("checkpoint_every", "", at.TITAN_CHECKPOINT),
    "saves_per_epoch": near("checkpoint_every", _IN_STEPS, at.AXOLOTL),
    "save_strategy": near("checkpoint_every", _IN_STEPS, at.HF, at.AXOLOTL),
    "output_dir": renamed("options.log_path", at.HF, at.AXOLOTL_OUTPUT, at.TUNE),
    "logging_dir": near("options.log_path", "the run directory holds everything", at.HF_4),
    "dump_folder": renamed("options.log_path", at.TITAN_JOB, paths=("job.dump_folder",)),
    "report_to": near("options.logger", "progress, console or none", at.HF),
    "metric_logger": near("options.logger", "progress, console or none", at.TUNE),
    "disable_tqdm": near("options.logger", "console or none", at.HF),
    "wandb_name": near("id", "the run's name", at.AXOLOTL_WANDB, at.TINKER),
    "wandb_run_id": near("id", "the run's name", at.AXOLOTL_WANDB),
    # Numbers and devices
    "bf16": near("mixed_precision", _TRUE_OR_FALSE, at.HF, at.AXOLOTL),
    "fp16": near("mixed_precision", _TRUE_OR_FALSE, at.HF, at.AXOLOTL),
    "pure_bf16": near("mixed_precision", _TRUE_OR_FALSE, at.FACTORY),
    "dtype": near("mixed_precision", _TRUE_OR_FALSE, at.TUNE),
    "torch_dtype": near("mixed_precision", _TRUE_OR_FALSE, at.TRL_MODEL),
    "mixed_precision_param": near(
        "mixed_precision", _TRUE_OR_FALSE, at.TITAN, paths=("training.mixed_precision_param",)
    ),
    "use_cpu": near("device", "cpu", at.HF),
    # What there is no setting for
    "logging_steps": nothing(_EVERY_STEP, at.HF, at.AXOLOTL),
    "log_every_n_steps": nothing(_EVERY_STEP, at.TUNE, at.LIGHTNING),
    "metrics.log_freq": nothing(_EVERY_STEP, at.TITAN_METRICS),
    "save_total_limit": nothing(_ALL_KEPT, at.HF, at.AXOLOTL),
    "checkpoint.keep_latest_k": nothing(_ALL_KEPT, at.TITAN_CHECKPOINT),
    "resume_from_checkpoint": nothing(_RUN, at.HF, at.AXOLOTL, at.TUNE),
    "overwrite_output_dir": nothing("a run never overwrites another; `--out` names its directory", at.HF_4),
    "wandb_project": nothing(_TRACKER, at.AXOLOTL_WANDB, at.TINKER),
    "lora_r": nothing(_ALL_WEIGHTS, at.AXOLOTL_LORA, at.TRL_MODEL),
    "lora_rank": nothing(_ALL_WEIGHTS, at.FACTORY_LORA, at.TINKER),
    "lora_alpha": nothing(_ALL_WEIGHTS, at.AXOLOTL_LORA, at.TRL_MODEL, at.FACTORY_LORA),
    "lora_dropout": nothing(_ALL_WEIGHTS, at.AXOLOTL_LORA, at.TRL_MODEL, at.FACTORY_LORA),
    "adapter": nothing(_ALL_WEIGHTS, at.AXOLOTL_LORA),
    "finetuning_type": nothing(_ALL_WEIGHTS, at.FACTORY),
    "packing": nothing("every record is a sequence of its own", at.SFT, at.FACTORY_DATA),
    "sample_packing": nothing("every record is a sequence of its own", at.AXOLOTL),
    "gradient_checkpointing": nothing(_ONE_DEVICE, at.HF, at.AXOLOTL),
    "torch_compile": nothing(_ONE_DEVICE, at.HF, at.AXOLOTL),
    "deepspeed": nothing(_ONE_DEVICE, at.HF, at.AXOLOTL),
    "fsdp": nothing(_ONE_DEVICE, at.HF, at.AXOLOTL),
    "dataloader_num_workers": nothing("records are read once, before training", at.HF, at.AXOLOTL),
    "label_smoothing_factor": nothing("the loss is the backend's", at.HF),
    "plot_loss": nothing("every run draws its loss curve", at.FACTORY),
}
"""A name of another tool's, with dots where it stands in a section, to what it is here."""

STAGE_KEYS: dict[str, str] = {
    "beta": "dpo_train",
    "reference_model": "dpo_train",
    "label_smoothing": "dpo_train",
    "loss_type": "dpo_train",
    "algorithm": "rl_train",
    "group_size": "rl_train",
    "num_batches": "rl_train",
    "num_substeps": "rl_train",
    "max_tokens": "rl_train",
    "gamma": "rl_train",
    "epsilon": "rl_train",
    "rewards": "rl_train",
    "remove_constant_reward_groups": "rl_train",
    "teacher_model": "distillation",
    "student_model": "distillation",
    "kl_penalty_coef": "distillation",
}
"""Settings that exist in one stage only, for stages that are not registered here; those that are say so."""


def section(name: str) -> dict[str, ForeignName]:
    """The settings that some tool writes below the key `name`, by their paths: `training.steps`."""
    return {
        path: foreign
        for key, foreign in FOREIGN_NAMES.items()
        for path in (key, *foreign.paths)
        if path.startswith(f"{name}.")
    }
