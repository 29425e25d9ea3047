"""The embedded model's tokens: the 256 bytes of UTF-8, and the markers of a conversation.

Ids 0..255 are the byte itself, so encoding is `text.encode("utf-8")` and nothing has to be trained or
downloaded. This module imports nothing, so a tokenizer can be made without NumPy.
"""

from __future__ import annotations

from typing import Final

NUM_BYTES: Final = 256

BOS: Final = 256
"""Begins a text or a conversation."""
SYSTEM: Final = 257
"""Begins a system message."""
USER: Final = 258
"""Begins a user's message."""
ASSISTANT: Final = 259
"""Begins an assistant's message: the generation prompt."""
TOOL: Final = 260
"""Begins a tool's message."""
END: Final = 261
"""Ends a message or a text."""

VOCAB_SIZE: Final = 262
"""Token ids are in [0, VOCAB_SIZE)."""

PAD: Final = VOCAB_SIZE
"""Stands in a context window for "before the beginning". It has an embedding; it is no token of the
vocabulary: it is never encoded, predicted or sampled."""
