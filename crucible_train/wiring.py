"""The composition root: settings and names in, `Ports` out.

Which backend: the spec's (or a flag's) `backend`, else the configured one, else `local`. Which data-set
store: the `provider` that `dataset_ref` or `eval_dataset_ref` names, else the configured one, else `files`.
Which tokenizer: the configured one, else the backend's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_train import registry
from crucible_train.ports import PortName, Ports
from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.settings import Settings

DEFAULT_TOKENIZER = "bytes"


@dataclass(frozen=True, slots=True)
class Wiring:
    """The names of the adapters a run uses."""

    backend: str
    dataset_store: str
    tokenizer: str | None = None
    """`None`: the backend's own."""


def choose(
    settings: Settings,
    *,
    backend: str | None = None,
    dataset_refs: Iterable[Mapping[str, Any] | None] = (),
) -> Wiring:
    """The adapters for a spec that names `backend` and `dataset_refs`, of which the first provider counts."""
    named: list[str] = [ref["provider"] for ref in dataset_refs if ref and ref.get("provider")]
    stores = [*named, settings.dataset_store or registry.DEFAULT_DATASET_STORE]
    return Wiring(
        backend or settings.backend or registry.DEFAULT_BACKEND, stores[0], tokenizer=settings.tokenizer
    )


def ports_for(
    config: StageConfig, settings: Settings
) -> Result[Ports, registry.NotRegistered | registry.Broken]:
    """Adapters for what a stage's config names."""
    references = [getattr(config, name, None) for name in ("dataset_ref", "eval_dataset_ref")]
    return wire(choose(settings, backend=getattr(config, "backend", None), dataset_refs=references), settings)


def wire(wiring: Wiring, settings: Settings) -> Result[Ports, registry.NotRegistered | registry.Broken]:
    """Adapters for every port that `wiring` names.

    An adapter class with a `from_settings(settings)` is built through it; others take no arguments. A
    training client's class may name the tokenizer adapter of its models in `default_tokenizer`.
    """
    match (
        _adapter("training_client", wiring.backend, settings),
        _adapter("dataset_store", wiring.dataset_store, settings),
    ):
        case Ok(client), Ok(store):
            pass
        case (Err() as failed, _) | (_, Err() as failed):
            return failed
    tokenizer_name = wiring.tokenizer or getattr(client, "default_tokenizer", DEFAULT_TOKENIZER)
    match _adapter("tokenizer", tokenizer_name, settings):
        case Ok(tokenizer):
            return Ok(Ports(training_client=client, dataset_store=store, tokenizer=tokenizer))
        case Err() as failed:
            return failed


def _adapter(
    port: PortName, name: str, settings: Settings
) -> Result[Any, registry.NotRegistered | registry.Broken]:
    match registry.load(port, name):
        case Ok(adapter_class):
            pass
        case Err() as failed:
            return failed
    build = getattr(adapter_class, "from_settings", None)
    try:
        adapter = adapter_class() if build is None else build(settings)
        Ports(**{port: adapter})  # it checks that the adapter has the port's methods
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way while it is built
        return Err(registry.Broken(port, name, f"{type(error).__name__}: {error}"))
    return Ok(adapter)
