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
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.parameters import Parameters
from crucible_train.result import Err, Ok, Result
from crucible_train.session import SessionError, SessionErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from crucible_train.bytelm.optimizer import OptimizerName

METADATA_KEY = "bytelm"
FORMAT_VERSION = 1
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
    metadata = {
        "architecture": asdict(state.parameters.architecture),
        "format_version": FORMAT_VERSION,
        "num_steps": state.num_steps,
        "optimizer": state.optimizer,
        "seed": state.seed,
        "sha256": _sha256(tensors),
    }
    content = save(tensors, metadata={METADATA_KEY: json.dumps(metadata, sort_keys=True)})
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
    metadata = _metadata(content)
    if metadata is None:
        return _incompatible(path, f"it holds no {METADATA_KEY!r} metadata: another program wrote it")
    try:
        return _assemble(path, metadata, tensors)
    except (KeyError, TypeError, ValueError) as error:
        return _incompatible(path, f"its metadata cannot be understood ({error!r})")


def _metadata(content: bytes) -> dict[str, Any] | None:
    # safetensors reads metadata from files only, and the file is already in memory: 8 bytes of length, JSON.
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    text = header.get("__metadata__", {}).get(METADATA_KEY)
    return None if text is None else json.loads(text)


def _assemble(
    path: Path, metadata: dict[str, Any], tensors: dict[str, NDArray[Any]]
) -> Result[SavedState, SessionError]:
    if metadata["format_version"] != FORMAT_VERSION:
        return _incompatible(
            path, f"its format is version {metadata['format_version']}, not {FORMAT_VERSION}"
        )
    if metadata["sha256"] != _sha256(tensors):
        return _incompatible(path, "its checksum differs: the numbers are not those that were saved")
    architecture = Architecture(**metadata["architecture"])
    names = ("first_moment", "second_moment") if metadata["optimizer"] != "sgd" else ()
    state = SavedState(
        _join(architecture, tensors, ""),
        {name: _join(architecture, tensors, f"{name}.") for name in names},
        optimizer=metadata["optimizer"],
        num_steps=metadata["num_steps"],
        seed=metadata["seed"],
    )
    if tensors:
        return _incompatible(path, f"it holds tensors that are not the model's: {', '.join(sorted(tensors))}")
    return Ok(state)


def _join(architecture: Architecture, tensors: dict[str, NDArray[Any]], prefix: str) -> Parameters:
    """The tensors under `prefix`, taken out of `tensors`."""
    parameters = Parameters.zeros(architecture)
    for name, view in parameters.views.items():
        tensor = tensors.pop(prefix + name)
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
