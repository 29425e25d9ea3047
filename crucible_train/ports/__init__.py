"""Ports: the Protocols that adapters implement, one a file, and `Ports`, the bundle a pipeline carries."""

from crucible_train.ports.bundle import MissingPort, PortName, Ports
from crucible_train.ports.dataset_store import (
    Dataset,
    DatasetError,
    DatasetErrorCode,
    DatasetRequest,
    DatasetStore,
)
from crucible_train.ports.sampling_client import SamplingClient
from crucible_train.ports.tokenizer import TokenizerProvider
from crucible_train.ports.training_client import TrainingClient
from crucible_train.session import Future, SamplingSession, Tokenizer, TrainingSession

__all__ = [
    "Dataset",
    "DatasetError",
    "DatasetErrorCode",
    "DatasetRequest",
    "DatasetStore",
    "Future",
    "MissingPort",
    "PortName",
    "Ports",
    "SamplingClient",
    "SamplingSession",
    "Tokenizer",
    "TokenizerProvider",
    "TrainingClient",
    "TrainingSession",
]
