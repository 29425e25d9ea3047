"""`sample_prompts`: what the trained model says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train import RunControl
from crucible_train.adapters.tokenizer.bytes import BytesTokenizer
from crucible_train.bytelm import vocabulary
from crucible_train.result import Err, Ok
from crucible_train.session import SessionError, SessionErrorCode
from crucible_train.stages.supervised.samples import prompt_tokens
from tests.support.faulty_client import FaultyClient
from tests.support.tiny_stage import SPEC, ran

if TYPE_CHECKING:
    from pathlib import Path

SAMPLED = {
    **SPEC,
    "epochs": 30,
    "options": {"sample_prompts": ["say 1", "say 2"], "sample_max_tokens": 12, "sample_temperature": 0.0},
}


class FailingSampler(FaultyClient):
    """Trains as it should; what it trained has nothing to say."""

    def open(self, training_config: Any, *, state_dir: Path | None = None) -> Any:
        session = super().open(training_config, state_dir=state_dir).unwrap()
        session.sampler = lambda: Done(Ok(Speechless()))
        return Ok(session)


class Speechless:
    def sample(self, prompt_tokens: Any, params: Any) -> Any:
        return Done(Err(SessionError(SessionErrorCode.BACKEND_FAILED, "no words")))

    def close(self) -> None:
        """Nothing to free."""


@dataclass
class Done:
    outcome: Any

    def result(self, timeout_s: float | None = None) -> Any:
        return self.outcome


def samples(directory: Path) -> list[dict[str, Any]]:
    return json.loads((directory / "samples.json").read_text(encoding="utf-8"))


def test_there_are_none_unless_asked(tmp_path: Path) -> None:
    ran(tmp_path)
    assert not (tmp_path / "samples.json").exists()


def test_each_prompt_gets_an_answer(tmp_path: Path) -> None:
    ran(tmp_path, training_config=SAMPLED)
    found = samples(tmp_path)
    assert [sample["prompt"] for sample in found] == ["say 1", "say 2"]
    assert all(sample["text"].startswith("well, ") for sample in found)
    assert {sample["stop_reason"] for sample in found} <= {"stop", "length"}


def test_a_complete_run_that_is_resumed_gives_the_same_answers(tmp_path: Path) -> None:
    """They are the trained model's, although there was nothing left to train."""
    ran(tmp_path, training_config=SAMPLED)
    before = samples(tmp_path)
    (tmp_path / "samples.json").unlink()
    ran(tmp_path, training_config=SAMPLED, control=RunControl(resume=True))
    assert samples(tmp_path) == before


def test_the_seed_decides_what_is_drawn(tmp_path: Path) -> None:
    drawn = {**SAMPLED, "options": {**SAMPLED["options"], "sample_temperature": 1.5}}
    ran(tmp_path / "a", training_config=drawn)
    ran(tmp_path / "b", training_config=drawn)
    assert samples(tmp_path / "a") == samples(tmp_path / "b")


def test_a_sampler_that_fails_does_not_fail_the_run(tmp_path: Path) -> None:
    notes: list[str] = []
    client = FaultyClient({"sampler#0": SessionErrorCode.BACKEND_FAILED})
    ran(tmp_path, client, training_config=SAMPLED, control=RunControl(notify=notes.append))
    assert notes == ["no samples: backend_failed: sampler was told to fail"]
    assert not (tmp_path / "samples.json").exists()


def test_a_prompt_that_cannot_be_continued_says_why(tmp_path: Path) -> None:
    ran(tmp_path, FailingSampler({}), training_config=SAMPLED)
    assert samples(tmp_path) == [
        {"prompt": "say 1", "error": "backend_failed: no words"},
        {"prompt": "say 2", "error": "backend_failed: no words"},
    ]


def test_a_text_is_continued_and_a_user_is_answered() -> None:
    tokenizer = BytesTokenizer()
    assert prompt_tokens(tokenizer, "ab", is_text=True) == [vocabulary.BOS, ord("a"), ord("b")]
    answered = prompt_tokens(tokenizer, "ab", is_text=False)
    assert answered == [
        vocabulary.BOS,
        vocabulary.USER,
        ord("a"),
        ord("b"),
        vocabulary.END,
        vocabulary.ASSISTANT,
    ]
