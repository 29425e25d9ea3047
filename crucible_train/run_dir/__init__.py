"""The run directory: a run's configuration, metrics, checkpoints and plots on disk."""

from crucible_train.run_dir.checkpoints import FileCheckpointLog
from crucible_train.run_dir.directory import RunDirectory
from crucible_train.run_dir.errors import DamagedRunError, RunDirectoryError, RunDirectoryErrorCode
from crucible_train.run_dir.loggers import ConsoleMetricsLogger, ProgressMetricsLogger, TeeMetricsLogger
from crucible_train.run_dir.metrics import JsonlMetricsLogger, read_metrics
from crucible_train.run_dir.plot import loss_svg

__all__ = [
    "ConsoleMetricsLogger",
    "DamagedRunError",
    "FileCheckpointLog",
    "JsonlMetricsLogger",
    "ProgressMetricsLogger",
    "RunDirectory",
    "RunDirectoryError",
    "RunDirectoryErrorCode",
    "TeeMetricsLogger",
    "loss_svg",
    "read_metrics",
]
