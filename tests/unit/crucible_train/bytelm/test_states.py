"""Saved states: the same training gives the same bytes, writing is all or nothing, damage is found."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from crucible_train.bytelm import states
from crucible_train.bytelm.architecture import Architecture
from crucible_train.bytelm.parameters import Parameters
from crucible_train.bytelm.states import METADATA_KEY, SavedState, read_state, write_state
from crucible_train.result import Err
from crucible_train.session import SessionErrorCode

SIZES = Architecture(context_length=2, embedding_dim=2, hidden_dim=3)


def some_state(seed: int = 0, optimizer: Any = "adam") -> SavedState:
    moments = {
        name: Parameters.initial(SIZES, seed + offset)
        for offset, name in enumerate(("first_moment", "second_moment"), start=1)
    }
    kept = {} if optimizer == "sgd" else moments
    return SavedState(Parameters.initial(SIZES, seed), kept, optimizer, num_steps=7, seed=2**63 - 1)


def rewritten(path: Path, *, metadata: dict[str, str] | None = None, **changes: Any) -> None:
    """Write the state again with other metadata, and a checksum that is right for its tensors."""
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    tensors = load(content)
    tensors |= changes.pop("tensors", {})
    for name in changes.pop("without", ()):
        del tensors[name]
    inner = json.loads(header["__metadata__"][METADATA_KEY]) | {"sha256": states._sha256(tensors)} | changes
    path.write_bytes(save(tensors, metadata or {METADATA_KEY: json.dumps(inner)}))


def refused(path: Path) -> str:
    outcome = read_state(path)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.STATE_INCOMPATIBLE
    assert str(path) in outcome.error.message
    return outcome.error.message


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_a_state_comes_back_as_it_was_saved(tmp_path: Path, optimizer: str) -> None:
    state = some_state(optimizer=optimizer)
    path = Path(write_state(state, tmp_path / "new" / "folder" / "a.safetensors").unwrap())
    found = read_state(path).unwrap()
    assert found.parameters.architecture == SIZES
    np.testing.assert_array_equal(found.parameters.values, state.parameters.values)
    assert found.moments.keys() == state.moments.keys()
    for name, moment in state.moments.items():
        np.testing.assert_array_equal(found.moments[name].values, moment.values)
    assert (found.optimizer, found.num_steps, found.seed) == (optimizer, 7, 2**63 - 1)


def test_the_same_state_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = {
        Path(write_state(some_state(), tmp_path / f"{number}").unwrap()).read_bytes() for number in range(20)
    }
    assert len(contents) == 1
    other = Path(write_state(some_state(seed=1), tmp_path / "other").unwrap()).read_bytes()
    assert other not in contents


def test_tensors_have_the_names_of_the_model(tmp_path: Path) -> None:
    tensors = load(Path(write_state(some_state(), tmp_path / "a").unwrap()).read_bytes())
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    expected = {prefix + name for prefix in ("", "first_moment.", "second_moment.") for name in SIZES.shapes}
    assert set(shapes) == expected
    assert shapes["second_moment.hidden.weight"] == (4, 3)


@pytest.mark.parametrize("step", ["fsync", "write", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a.safetensors"
    write_state(some_state(), path).unwrap()
    before = path.read_bytes()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    class FullDisk(io.FileIO):
        def write(self, content: Any) -> int:
            super().write(content[: len(content) // 2])
            raise OSError(28, "No space left on device")

    def full_disk(path: Path, mode: str = "rb") -> FullDisk:
        return FullDisk(path, mode)

    if step == "write":
        monkeypatch.setattr(Path, "open", full_disk)
    else:
        monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    outcome = write_state(some_state(seed=1), path)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.BACKEND_FAILED
    assert "No space left on device" in outcome.error.message
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.safetensors"]


def test_readers_see_the_old_file_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.safetensors"
    write_state(some_state(), path).unwrap()
    seen: list[bool] = []
    real_fsync = os.fsync

    def looking_fsync(handle: int) -> None:
        seen.append(bool(np.array_equal(read_state(path).unwrap().parameters.values, old)))
        real_fsync(handle)

    old = some_state().parameters.values
    monkeypatch.setattr(os, "fsync", looking_fsync)
    write_state(some_state(seed=1), path).unwrap()
    # Once for the file, before it is in place, and once for the directory, after.
    assert seen == [True, False]


def test_where_directories_cannot_be_synced_the_file_still_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_CAN_SYNC_DIRECTORY", False)
    write_state(some_state(), tmp_path / "a").unwrap()
    assert read_state(tmp_path / "a").unwrap().num_steps == 7


@pytest.mark.parametrize("place", ["none", "a-file/none"])
def test_a_missing_file_is_not_found(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").touch()
    outcome = read_state(tmp_path / place)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.STATE_NOT_FOUND


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    outcome = read_state(tmp_path)
    assert isinstance(outcome, Err)
    assert outcome.error.code is SessionErrorCode.BACKEND_FAILED
    assert "Is a directory" in outcome.error.message


@pytest.mark.parametrize("size", [0, 5, 100, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, size: int) -> None:
    path = Path(write_state(some_state(), tmp_path / "a").unwrap())
    path.write_bytes(path.read_bytes()[:size])
    assert "not a whole safetensors file" in refused(path)


def test_a_changed_number_is_found(tmp_path: Path) -> None:
    path = Path(write_state(some_state(), tmp_path / "a").unwrap())
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)
    assert "its checksum differs" in refused(path)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_another_programs_file_is_refused(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    path = tmp_path / "a"
    path.write_bytes(save({"weight": np.zeros(3, np.float32)}, metadata))
    assert "another program wrote it" in refused(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 2}, "format_version: Input should be 1"),
        ({"architecture": {"layers": 3}}, "architecture.layers: Extra inputs are not permitted"),
        ({"architecture": "mlp"}, "its metadata is not understood: architecture: "),
        ({"metadata": {METADATA_KEY: "{"}}, "its metadata is not understood: "),
        ({"metadata": {METADATA_KEY: "[]"}}, "its metadata is not understood: "),
        ({"optimizer": "lion"}, "optimizer: Input should be 'adam', 'adamw' or 'sgd'"),
        ({"num_steps": -1}, "num_steps: Input should be greater than or equal to 0"),
        ({"num_steps": "7"}, "num_steps: Input should be a valid integer"),
        ({"without": ["output.bias"]}, "not those of the model and its optimizer: output.bias"),
        ({"tensors": {"more": np.zeros(1, np.float32)}}, "not those of the model and its optimizer: more"),
        ({"optimizer": "sgd"}, "not those of the model and its optimizer: first_moment.embedding"),
        ({"tensors": {"output.bias": np.zeros(1, np.float32)}}, "output.bias is not finite, or not float32"),
        ({"tensors": {"hidden.bias": np.zeros(3, np.float64)}}, "hidden.bias is not finite, or not float32"),
        ({"tensors": {"hidden.bias": np.full(3, np.nan, np.float32)}}, "hidden.bias is not finite"),
    ],
)
def test_a_file_that_is_not_quite_a_state_is_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = Path(write_state(some_state(), tmp_path / "a").unwrap())
    rewritten(path, **changes)
    assert message in refused(path)


def test_a_state_says_what_it_is(tmp_path: Path) -> None:
    path = Path(write_state(replace(some_state(), num_steps=3), tmp_path / "a").unwrap())
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    metadata = json.loads(header["__metadata__"][METADATA_KEY])
    assert len(metadata.pop("sha256")) == 64
    assert metadata == {
        "architecture": {"context_length": 2, "embedding_dim": 2, "hidden_dim": 3},
        "format_version": 1,
        "num_steps": 3,
        "optimizer": "adam",
        "seed": 2**63 - 1,
    }
