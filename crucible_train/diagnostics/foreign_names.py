"""What other trainers call our settings, and which settings belong to another stage.

Sources, read in their own documentation: Hugging Face `TrainingArguments` and TRL's configs, axolotl's
config reference, LLaMA-Factory's arguments, torchtune's recipes, torchtitan's job config, the
tinker-cookbook's CLI.
"""

from __future__ import annotations

from typing import NamedTuple


class ForeignName(NamedTuple):
    """Another tool's name for a setting of ours."""

    tool: str
    ours: str
    note: str = ""


_HF = "Hugging Face / TRL"

FOREIGN_NAMES: dict[str, ForeignName] = {
    "per_device_train_batch_size": ForeignName(_HF, "batch_size", "it is per optimizer step here"),
    "per_device_eval_batch_size": ForeignName(_HF, "options.eval_batch_size"),
    "train_batch_size": ForeignName(_HF, "batch_size"),
    "num_train_epochs": ForeignName(_HF, "epochs"),
    "save_steps": ForeignName(_HF, "checkpoint_every"),
    "eval_steps": ForeignName(_HF, "options.eval_every"),
    "max_grad_norm": ForeignName(_HF, "gradient_clipping"),
    "lr_scheduler_type": ForeignName(_HF, "options.lr_schedule"),
    "warmup_steps": ForeignName(_HF, "options.lr_schedule", "write {warmup: STEPS, schedule: linear}"),
    "warmup_ratio": ForeignName(_HF, "options.lr_schedule", "write {warmup: STEPS, schedule: linear}"),
    "output_dir": ForeignName(_HF, "options.log_path"),
    "report_to": ForeignName(_HF, "options.logger"),
    "optim": ForeignName(_HF, "optimizer"),
    "model_name_or_path": ForeignName(_HF, "model_ref.id", "write model_ref: {id: ...}"),
    "dataset_name": ForeignName(_HF, "dataset_ref.name", "write dataset_ref: {name: ...}"),
    "max_seq_length": ForeignName(_HF, "options.max_length"),
    "bf16": ForeignName(_HF, "mixed_precision"),
    "fp16": ForeignName(_HF, "mixed_precision"),
    "adam_epsilon": ForeignName(_HF, "options.adam_eps"),
    "early_stopping_patience": ForeignName(_HF, "early_stopping.patience"),
    "dataloader_drop_last": ForeignName(_HF, "options.drop_last_batch"),
    "run_id": ForeignName(_HF, "id"),
    "micro_batch_size": ForeignName("axolotl", "batch_size"),
    "sequence_len": ForeignName("axolotl", "options.max_length"),
    "val_set_size": ForeignName("axolotl", "validation_split"),
    "base_model": ForeignName("axolotl", "model_ref.id", "write model_ref: {id: ...}"),
    "datasets": ForeignName("axolotl", "dataset_ref", "write dataset_ref: {name: ...}"),
    "lr_scheduler": ForeignName("axolotl", "options.lr_schedule"),
    "saves_per_epoch": ForeignName("axolotl", "checkpoint_every", "it is in steps here"),
    "evals_per_epoch": ForeignName("axolotl", "options.eval_every", "it is in steps here"),
    "train_on_inputs": ForeignName("axolotl", "options.train_on", "write train_on: all_tokens"),
    "gradient_clip_val": ForeignName("PyTorch Lightning", "gradient_clipping"),
    "max_epochs": ForeignName("PyTorch Lightning", "epochs"),
    "cutoff_len": ForeignName("LLaMA-Factory", "options.max_length"),
    "val_size": ForeignName("LLaMA-Factory", "validation_split"),
    "dataset": ForeignName("LLaMA-Factory", "dataset_ref", "write dataset_ref: {name: ...}"),
    "clip_grad_norm": ForeignName("torchtune", "gradient_clipping"),
    "max_steps_per_epoch": ForeignName("torchtune", "options.max_steps", "it counts all epochs here"),
    "seq_len": ForeignName("torchtitan", "options.max_length"),
    "steps": ForeignName("torchtitan", "options.max_steps"),
    "max_norm": ForeignName("torchtitan", "gradient_clipping"),
    "lr": ForeignName("PyTorch", "learning_rate"),
    "n_epochs": ForeignName("fine-tuning APIs", "epochs"),
    "learning_rate_multiplier": ForeignName("fine-tuning APIs", "learning_rate", "it is absolute here"),
    "model_name": ForeignName("tinker-cookbook", "model_ref.id", "write model_ref: {id: ...}"),
    "beta1": ForeignName("Adam's paper", "options.adam_beta1"),
    "beta2": ForeignName("Adam's paper", "options.adam_beta2"),
}

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
"""Settings that exist in one stage only."""
