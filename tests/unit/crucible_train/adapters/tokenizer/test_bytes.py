"""The bytes tokenizer: the exact tokens of texts and conversations."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_train.adapters.tokenizer.bytes import BytesTokenizer, BytesTokenizerProvider
from crucible_train.records import Message
from crucible_train.result import Err
from crucible_train.session import SessionErrorCode

BOS, SYSTEM, USER, ASSISTANT, TOOL, END = range(256, 262)


def test_a_token_is_a_byte() -> None:
    assert BytesTokenizer().encode("aé") == [97, 0xC3, 0xA9]
    assert BytesTokenizer().vocab_size == 262


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    tokenizer = BytesTokenizer()
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.decode(tokenizer.render_text(text)) == text


@given(st.lists(st.integers(0, 261)))
def test_any_tokens_have_a_text(tokens: list[int]) -> None:
    assert BytesTokenizer().decode(tokens) == bytes(t for t in tokens if t < 256).decode("utf-8", "replace")


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert BytesTokenizer().decode([97, 0xFF, 98, END]) == "a\ufffdb"


def test_a_lone_surrogate_has_no_bytes() -> None:
    with pytest.raises(UnicodeEncodeError):
        BytesTokenizer().encode("\ud800")


def test_a_text_is_framed_by_its_beginning_and_end() -> None:
    assert BytesTokenizer().render_text("hi") == [BOS, 104, 105, END]


def test_each_message_is_its_role_its_bytes_and_its_end() -> None:
    messages = [Message("system", "s"), Message("user", "é"), Message("assistant", ""), Message("tool", "t")]
    rendered = BytesTokenizer().render_chat(messages, add_generation_prompt=True)
    expected = [
        (BOS, -1),
        *((SYSTEM, -1), (115, 0), (END, 0)),
        *((USER, -1), (0xC3, 1), (0xA9, 1), (END, 1)),
        *((ASSISTANT, -1), (END, 2)),
        *((TOOL, -1), (116, 3), (END, 3)),
        (ASSISTANT, -1),
    ]
    assert rendered.tokens_T.tolist() == [token for token, _ in expected]
    assert rendered.message_index_T.tolist() == [owner for _, owner in expected]
    assert rendered.tokens_T.dtype == rendered.message_index_T.dtype == "int64"


def test_an_empty_conversation_is_its_beginning() -> None:
    assert BytesTokenizer().render_chat([]).tokens_T.tolist() == [BOS]


@pytest.mark.parametrize("model_ref", [{"id": "gpt2"}, {}, {"id": None}])
def test_another_model_is_refused(model_ref: dict[str, Any]) -> None:
    outcome = BytesTokenizerProvider().for_model(model_ref)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.UNSUPPORTED_CONFIG
    assert "belongs to the model 'byte-lm'" in outcome.error.message


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    outcome = BytesTokenizerProvider().for_model({"id": "byte-lm"})
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.MISSING_DEPENDENCY
    assert outcome.error.message.endswith("pip install 'crucible-train[local]'")


def test_importing_it_needs_no_numpy() -> None:
    code = "import sys, crucible_train.adapters.tokenizer.bytes; print('numpy' in sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "False"
