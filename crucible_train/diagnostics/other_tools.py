"""Where other trainers document the names of their settings, and what a name of theirs is here."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A place in which another tool documents a setting."""

    tool: str
    place: str
    """A class and its file, or a file of recipes or of documentation."""

    def __str__(self) -> str:
        return f"{self.tool}: {self.place}"


class ForeignName(NamedTuple):
    """Another tool's name for a setting, and what to write here instead."""

    sources: tuple[Source, ...]
    ours: str | None
    """A key of the spec, with dots; `None` where there is no such setting."""
    note: str = ""
    """What is different here, or why there is no such setting."""
    is_rename: bool = False
    """Whether the very same value may stand under our name: the same meaning, unit and shape."""
    paths: tuple[str, ...] = ()
    """How the tools that have sections write it: `training.steps`."""

    @property
    def tool(self) -> str:
        """The tool that is named first."""
        return self.sources[0].tool


def renamed(ours: str, *sources: Source, paths: tuple[str, ...] = ()) -> ForeignName:
    """A name for the very same thing."""
    return ForeignName(sources, ours, is_rename=True, paths=paths)


def near(ours: str, note: str, *sources: Source, paths: tuple[str, ...] = ()) -> ForeignName:
    """A name for what comes nearest here."""
    return ForeignName(sources, ours, note, paths=paths)


def nothing(note: str, *sources: Source, paths: tuple[str, ...] = ()) -> ForeignName:
    """A name for what there is no setting for."""
    return ForeignName(sources, None, note, paths=paths)


HF = Source("Hugging Face", "`TrainingArguments`, src/transformers/training_args.py")
HF_4 = Source("Hugging Face", "`TrainingArguments` of Transformers 4")

SFT = Source("TRL", "`SFTConfig`, trl/trainer/sft_config.py")
SFT_OLD = Source("TRL", "`SFTConfig` before TRL 0.16")
TRL_MODEL = Source("TRL", "`ModelConfig`, trl/trainer/model_config.py")
TRL_SCRIPT = Source("TRL", "`ScriptArguments`, trl/scripts/utils.py")
TRL_MIXTURE = Source("TRL", "`DatasetMixtureConfig`, trl/scripts/utils.py")

AXOLOTL = Source("axolotl", "`AxolotlInputConfig`, src/axolotl/utils/schemas/config.py")
AXOLOTL_TRAINING = Source("axolotl", "`HyperparametersConfig`, src/axolotl/utils/schemas/training.py")
AXOLOTL_MODEL = Source("axolotl", "`ModelInputConfig`, src/axolotl/utils/schemas/model.py")
AXOLOTL_OUTPUT = Source("axolotl", "`ModelOutputConfig`, src/axolotl/utils/schemas/model.py")
AXOLOTL_LORA = Source("axolotl", "`LoraConfig`, src/axolotl/utils/schemas/peft.py")
AXOLOTL_WANDB = Source("axolotl", "`WandbConfig`, src/axolotl/utils/schemas/integrations.py")
AXOLOTL_OLD = Source("axolotl", "`DeprecatedParameters`, src/axolotl/utils/schemas/deprecated.py")
AXOLOTL_REMAPPED = Source("axolotl", "`RemappedParameters`, src/axolotl/utils/schemas/deprecated.py")

FACTORY_DATA = Source("LLaMA-Factory", "`DataArguments`, src/llamafactory/hparams/data_args.py")
FACTORY_MODEL = Source("LLaMA-Factory", "`BaseModelArguments`, src/llamafactory/hparams/model_args.py")
FACTORY = Source("LLaMA-Factory", "`FinetuningArguments`, src/llamafactory/hparams/finetuning_args.py")
FACTORY_LORA = Source("LLaMA-Factory", "`LoraArguments`, src/llamafactory/hparams/finetuning_args.py")

TUNE = Source("torchtune", "recipes/configs/llama3_1/8B_lora_single_device.yaml")
TUNE_FULL = Source("torchtune", "recipes/full_finetune_distributed.py")

TITAN_JOB = Source("torchtitan", "`Job`, torchtitan/config/job_config.py")
TITAN_METRICS = Source("torchtitan", "`Metrics`, torchtitan/config/job_config.py")
TITAN_MODEL = Source("torchtitan", "`Model`, torchtitan/config/job_config.py")
TITAN_OPTIMIZER = Source("torchtitan", "`Optimizer`, torchtitan/config/job_config.py")
TITAN_SCHEDULER = Source("torchtitan", "`LRScheduler`, torchtitan/config/job_config.py")
TITAN = Source("torchtitan", "`Training`, torchtitan/config/job_config.py")
TITAN_CHECKPOINT = Source("torchtitan", "`Checkpoint`, torchtitan/config/job_config.py")
TITAN_VALIDATION = Source("torchtitan", "`Validation`, torchtitan/config/job_config.py")

TINKER = Source("tinker-cookbook", "`Config`, tinker_cookbook/supervised/train.py")
TINKER_FILE = Source("tinker-cookbook", "`FromConversationFileBuilder`, tinker_cookbook/supervised/data.py")
TINKER_CHAT = Source("tinker-cookbook", "`CLIConfig`, tinker_cookbook/recipes/chat_sl/train.py")

LIGHTNING = Source("PyTorch Lightning", "`Trainer`, lightning.pytorch.trainer")
OPENAI = Source("OpenAI's API", "`SupervisedHyperparameters` of fine-tuning jobs")
