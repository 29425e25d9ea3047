"""What prompts and completions are made of."""

from __future__ import annotations

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from crucible_ir.base import IRModel


class Part(IRModel):
    """A typed part of a prompt or a completion: written with the keys it was given, and no others.

    The contract's own types are written whole; these are plain mappings there.
    """

    @model_serializer(mode="wrap")
    def _as_given(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if key in self.model_fields_set}
