"""`Ports`: the frozen bundle of adapters that a pipeline is wired with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from crucible_train.ports.dataset_store import DatasetStore
    from crucible_train.ports.sampling_client import SamplingClient
    from crucible_train.ports.tokenizer import TokenizerProvider
    from crucible_train.ports.training_client import TrainingClient

PortName: TypeAlias = Literal["training_client", "sampling_client", "dataset_store", "tokenizer"]
"""What a port is called in `Ports`."""

PORT_METHODS: dict[PortName, tuple[str, ...]] = {
    "training_client": ("open", "training_config_model"),
    "sampling_client": ("open",),
    "dataset_store": ("load",),
    "tokenizer": ("for_model",),
}
"""What an object must have to be wired into a port. Presence only: the contract suites test the meaning."""


@dataclass(frozen=True, slots=True)
class MissingPort:
    """A port that was needed and is not wired."""

    port: PortName

    def __str__(self) -> str:
        return f"no {self.port} is wired; pass Ports({self.port}=...)"


@dataclass(frozen=True, slots=True)
class Ports:
    """One adapter per port; `None` where a pipeline does not need one.

    An adapter that lacks a port's methods raises `TypeError` here, when it is wired, and not steps later.
    """

    training_client: TrainingClient | None = None
    sampling_client: SamplingClient | None = None
    dataset_store: DatasetStore | None = None
    tokenizer: TokenizerProvider | None = None

    def __post_init__(self) -> None:
        for port, methods in PORT_METHODS.items():
            adapter: object = getattr(self, port)
            if isinstance(adapter, type):
                raise TypeError(
                    f"{port} is the class {adapter.__name__}: wire an instance, {adapter.__name__}()"
                )
            missing = [name for name in methods if adapter is not None and not hasattr(adapter, name)]
            if missing:
                raise TypeError(f"{type(adapter).__name__} is not a {port}: it has no {', '.join(missing)}")

    @overload
    def require(self, port: Literal["training_client"]) -> Result[TrainingClient, MissingPort]: ...
    @overload
    def require(self, port: Literal["sampling_client"]) -> Result[SamplingClient, MissingPort]: ...
    @overload
    def require(self, port: Literal["dataset_store"]) -> Result[DatasetStore, MissingPort]: ...
    @overload
    def require(self, port: Literal["tokenizer"]) -> Result[TokenizerProvider, MissingPort]: ...
    def require(self, port: PortName) -> Result[Any, MissingPort]:
        """The adapter wired into `port`, or `Err(MissingPort)`."""
        adapter = getattr(self, port)
        return Err(MissingPort(port)) if adapter is None else Ok(adapter)
