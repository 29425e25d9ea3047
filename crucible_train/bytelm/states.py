"""Saved states: weights, optimizer and configuration in one safetensors file, written atomically.

The tensors are named as in `Architecture.shapes`, the optimizer's under `first_moment.` and
`second_moment.`. All metadata is JSON under the one key `bytelm`: safetensors writes several keys in no fixed
order, and the same training has to give the same bytes. A SHA-256 over the tensors finds damage that still
parses. Format: https://huggingface.co/docs/safetensors (header, then tensors).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, Field, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.model_ref import STRICT, ByteLMOptions, unsupported_config
from crucible_train.bytelm.parameters import Parameters
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from crucible_train.bytelm.optimizer import OptimizerName

METADATA_KEY = "bytelm"
_CAN_SYNC_DIRECTORY = hasattr(os, "O_DIRECTORY")
"""Windows cannot open a directory."""


@dataclass(frozen=True, slots=True, eq=False)
class SavedState:
    """Everything a run needs to go on."""

    parameters: Parameters
    moments: Mapping[str, Parameters]
    optimizer: OptimizerName
    num_steps: int
    seed: int


def write_state(state: SavedState, path: Path) -> Result[str, SessionError]:
    """Write `state` to `path`, replacing what is there, so that a reader sees the old file or the new one.

    Errors: `backend_failed` when the file cannot be written.
    """
    tensors = _tensors(state)
    metadata = _Metadata(
        format_version=1,
        architecture=ByteLMOptions(**state.parameters.architecture._asdict()),
        optimizer=state.optimizer,
        num_steps=state.num_steps,
        seed=state.seed,
        sha256=_sha256(tensors),
    )
    content = save(tensors, metadata={METADATA_KEY: metadata.model_dump_json()})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        message = f"cannot write the state {path}: {error.strerror or error}"
        return Err(SessionError(SessionErrorCode.BACKEND_FAILED, message))
    return Ok(str(path))


def read_state(path: Path) -> Result[SavedState, SessionError]:
    """Read a state that `write_state` wrote.

    Errors: `state_not_found`; `state_incompatible` for a file that is damaged or not of this model;
    `backend_failed` when the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Err(SessionError(SessionErrorCode.STATE_NOT_FOUND, f"there is no saved state at {path}"))
    except OSError as error:
        message = f"cannot read the state {path}: {error.strerror or error}"
        return Err(SessionError(SessionErrorCode.BACKEND_FAILED, message))
    try:
        tensors = load(content)
    except SafetensorError as error:
        return _incompatible(path, f"it is not a whole safetensors file ({error})")
    text = _metadata_text(content)
    if text is None:
        return _incompatible(path, f"it holds no {METADATA_KEY!r} metadata: another program wrote it")
    try:
        metadata = _Metadata.model_validate_json(text)
        if metadata.sha256 != _sha256(tensors):
            return _incompatible(path, "its checksum differs: the numbers are not those that were saved")
        return Ok(_assemble(metadata, tensors))
    except ValidationError as error:
        return _incompatible(path, f"its metadata is not understood: {unsupported_config(error).message}")
    except ValueError as error:
        return _incompatible(path, str(error))


class _Metadata(BaseModel):
    model_config = STRICT

    format_version: Literal[1]
    architecture: ByteLMOptions
    optimizer: Literal["adam", "adamw", "sgd"]
    num_steps: Annotated[int, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)]
    sha256: str


def _metadata_text(content: bytes) -> str | None:
    # safetensors reads metadata from files only, and the file is already in memory: 8 bytes of length, JSON.
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return header.get("__metadata__", {}).get(METADATA_KEY)


def _assemble(metadata: _Metadata, tensors: dict[str, NDArray[Any]]) -> SavedState:
    architecture = Architecture(**metadata.architecture.model_dump())
    groups = ("first_moment", "second_moment") if metadata.optimizer != "sgd" else ()
    prefixes = ("", *(f"{group}." for group in groups))
    expected = {prefix + name for prefix in prefixes for name in architecture.shapes}
    if expected != tensors.keys():
        differing = ", ".join(sorted(expected ^ tensors.keys()))
        raise ValueError(f"its tensors are not those of the model and its optimizer: {differing}")
    return SavedState(
        _join(architecture, tensors, ""),
        {group: _join(architecture, tensors, f"{group}.") for group in groups},
        optimizer=metadata.optimizer,
        num_steps=metadata.num_steps,
        seed=metadata.seed,
    )


def _join(architecture: Architecture, tensors: dict[str, NDArray[Any]], prefix: str) -> Parameters:
    parameters = Parameters.zeros(architecture)
    for name, view in parameters.views.items():
        tensor = tensors[prefix + name]
        if tensor.shape != view.shape or tensor.dtype != view.dtype or not np.isfinite(tensor).all():
            raise ValueError(f"{prefix}{name} is not finite, or not {view.dtype} of shape {view.shape}")
        view[...] = tensor
    return parameters


def _tensors(state: SavedState) -> dict[str, NDArray[Any]]:
    tensors: dict[str, NDArray[Any]] = dict(state.parameters.views)
    for group, moment in state.moments.items():
        tensors |= {f"{group}.{name}": view for name, view in moment.views.items()}
    return tensors


def _sha256(tensors: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensors[name]).tobytes())
    return digest.hexdigest()


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if _CAN_SYNC_DIRECTORY:
        # The rename itself is durable only once the directory is.
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _incompatible(path: Path, problem: str) -> Err[SessionError]:
    message = f"{path} is not a state of the embedded model: {problem}"
    return Err(SessionError(SessionErrorCode.STATE_INCOMPATIBLE, message))
