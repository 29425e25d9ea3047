"""The composition root: settings and names in, `Ports` out.

Which backend: the spec's (or a flag's) `backend`, else the configured one, else `local`. Which data-set
store: the `provider` that `dataset_ref` names, else the configured one, else `files`. Which tokenizer: the
configured one, else the backend's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train import registry
from crucible_train.ports import Ports
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crucible_train.settings import Settings

DEFAULT_DATASET_STORE = "files"
DEFAULT_TOKENIZER = "bytes"


@dataclass(frozen=True, slots=True)
class Wiring:
    """The names of the adapters a run uses."""

    backend: str
    dataset_store: str
    tokenizer: str | None = None
    """`None`: the backend's own."""


def choose(
    settings: Settings, *, backend: str | None = None, dataset_ref: Mapping[str, Any] | None = None
) -> Wiring:
    """The adapters for a spec that names `backend` and `dataset_ref`."""
    provider = (dataset_ref or {}).get("provider")
    return Wiring(
        backend or settings.backend or registry.DEFAULT_BACKEND,
        provider or settings.dataset_store or DEFAULT_DATASET_STORE,
        settings.tokenizer,
    )


def wire(wiring: Wiring, settings: Settings) -> Result[Ports, registry.NotRegistered | registry.Broken]:
    """Adapters for every port that `wiring` names.

    An adapter class with a `from_settings(settings)` is built through it; others take no arguments.
    """
    match registry.load("training_client", wiring.backend):
        case Ok(client):
            pass
        case Err() as failed:
            return failed
    tokenizer_name = wiring.tokenizer or getattr(client, "default_tokenizer", DEFAULT_TOKENIZER)
    match registry.load("dataset_store", wiring.dataset_store), registry.load("tokenizer", tokenizer_name):
        case Ok(store), Ok(tokenizer):
            return Ok(
                Ports(
                    training_client=_build(client, settings),
                    dataset_store=_build(store, settings),
                    tokenizer=_build(tokenizer, settings),
                )
            )
        case (Err() as failed, _) | (_, Err() as failed):
            return failed


def _build(adapter: Any, settings: Settings) -> Any:
    from_settings = getattr(adapter, "from_settings", None)
    return adapter() if from_settings is None else from_settings(settings)
