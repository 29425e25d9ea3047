"""A few continuations by the trained model, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.records import Message, TextRecord
from crucible_train.result import Err, Ok
from crucible_train.session import SamplingParams

if TYPE_CHECKING:
    from crucible_train.loops.supervised.config import SupervisedConfig
    from crucible_train.run_dir import RunDirectory
    from crucible_train.session import Tokenizer
    from crucible_train.stages.training import LoopInputs

SAMPLES_FILE = "samples.json"


def write_samples(config: SupervisedConfig, inputs: LoopInputs, directory: RunDirectory) -> None:
    """Continue `sample_prompts` and write `samples.json`: the trained model's answers, or why there are none.

    A model trained on plain text continues the prompt; one trained on conversations answers it.
    """
    if not config.sample_prompts:
        return
    tokenizer = inputs.resolved.tokenizer
    is_text = isinstance(inputs.resolved.train[0], TextRecord)
    match inputs.session.sampler().result():
        case Err(problem):
            inputs.control.notify(f"no samples: {problem}")
            return
        case Ok(sampler):
            pass
    samples: list[dict[str, Any]] = []
    params = SamplingParams(
        config.sample_max_tokens,
        temperature=config.sample_temperature,
        stop=tokenizer.end_tokens,
        seed=int(config.training_config.get("seed", 0)),
    )
    for prompt in config.sample_prompts:
        match sampler.sample(prompt_tokens(tokenizer, prompt, is_text=is_text), params).result():
            case Ok(sequences):
                text = tokenizer.decode(sequences[0].tokens)
                samples.append({"prompt": prompt, "text": text, "stop_reason": sequences[0].stop_reason})
            case Err(problem):
                samples.append({"prompt": prompt, "error": str(problem)})
    sampler.close()
    directory.write_json(SAMPLES_FILE, samples).unwrap()


def prompt_tokens(tokenizer: Tokenizer, prompt: str, *, is_text: bool) -> list[int]:
    """The prompt as the model saw such things in training: open text, or a user's turn to answer."""
    if not is_text:
        chat = tokenizer.render_chat([Message("user", prompt)], add_generation_prompt=True)
        return [int(token) for token in chat.tokens_T]
    tokens = tokenizer.render_text(prompt)
    while tokens and tokens[-1] in tokenizer.end_tokens:
        tokens.pop()
    return tokens
