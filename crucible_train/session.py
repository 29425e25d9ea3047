"""What a training loop calls, and nothing else: the narrow Protocols between loops and backends.

Both `loops` and `ports` build on this module, so a session is described once. Calls that take time
return a `Future`; operations of one session run in submission order and their futures resolve in that
order. A failure of the backend is an `Err` in the future's result, never an exception and never a metric.

Sources: the Tinker API's training client (forward, forward_backward, forward_backward_custom,
optim_step, save/load state); Adam: Kingma & Ba 2015, arXiv:1412.6980.

Shape legend: N positions of one datum, B datums in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from crucible_train.datum import Datum
    from crucible_train.records import Message
    from crucible_train.result import Result

T_co = TypeVar("T_co", covariant=True)


class SessionErrorCode(StrEnum):
    """Why a session could not do what a loop asked."""

    CLOSED = "closed"
    """The session was closed before the call."""
    TIMEOUT = "timeout"
    """The result was not there within `timeout_s`; the operation may still complete."""
    INVALID_DATUM = "invalid_datum"
    """A datum the backend cannot take: tensors missing, lengths that differ, unknown tokens."""
    UNSUPPORTED_LOSS = "unsupported_loss"
    """The backend has no loss of that name, or not with that configuration."""
    UNSUPPORTED_CONFIG = "unsupported_config"
    """`training_config` holds something the backend cannot honour. Known before anything is loaded."""
    NON_FINITE = "non_finite"
    """A loss, gradient or weight is NaN or infinite. The weights are those before the call."""
    STATE_NOT_FOUND = "state_not_found"
    """There is no saved state at that path."""
    STATE_INCOMPATIBLE = "state_incompatible"
    """The saved state belongs to another model shape or format, or is damaged."""
    MISSING_DEPENDENCY = "missing_dependency"
    """The adapter's extra is not installed; the message holds the install line."""
    BACKEND_FAILED = "backend_failed"
    """Anything else the backend reported."""


@dataclass(frozen=True, slots=True)
class SessionError:
    """A failed session call."""

    code: SessionErrorCode
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Future(Protocol[T_co]):
    """The outcome of a submitted operation."""

    def result(self, timeout_s: float | None = None) -> Result[T_co, SessionError]:
        """Wait for the outcome, at most `timeout_s` seconds (`Err` `timeout`); may be called again."""
        ...


@dataclass(frozen=True, slots=True)
class AdamParams:
    """Everything one optimizer step needs.

    `weight_decay` and `grad_clip_norm` left at `None` mean: as the session's `training_config` says.
    """

    learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-8
    weight_decay: float | None = None
    grad_clip_norm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ForwardOutput:
    """The outcome of `forward` and `forward_backward`."""

    loss: float
    """The loss summed over the batch."""
    logprobs: tuple[NDArray[np.float32], ...]
    """For each datum, log p(target) at each of its N positions, under the weights before the step."""
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    """What else the backend or the custom loss measured."""


@dataclass(frozen=True, slots=True)
class OptimStepOutput:
    """The outcome of `optim_step`."""

    grad_norm: float | None
    """L2 norm of the whole gradient before clipping; `None` where the backend does not tell."""
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, eq=False)
class CustomLossOutput:
    """What a custom loss returns: its value and its gradient with respect to every log-probability."""

    loss: float
    grad_logprobs: tuple[NDArray[np.float32], ...]
    """dLoss/dlogprob for each datum, each of length N."""
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])


CustomLoss: TypeAlias = "Callable[[Sequence[Datum], Sequence[NDArray[np.float32]]], CustomLossOutput]"
"""A loss of the caller's own over the target log-probabilities of a batch, with its analytic gradient."""

LossName: TypeAlias = Literal["cross_entropy", "importance_sampling", "ppo", "cispo", "dro"]


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How to sample. `temperature` 0 is greedy; `top_p`: Holtzman 2020, arXiv:1904.09751."""

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    stop: tuple[int, ...] = ()
    """Token ids that end a sample; the stop token is included in the sample."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SampledSequence:
    """One sample: its tokens, and the log-probability each had under the *unmodified* model."""

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    stop_reason: Literal["stop", "length"]


class SamplingSession(Protocol):
    """A frozen snapshot of weights to sample from."""

    def sample(
        self, prompt_tokens: Sequence[int], params: SamplingParams, num_samples: int = 1
    ) -> Future[tuple[SampledSequence, ...]]:
        """Draw `num_samples` continuations of the prompt."""
        ...

    def logprobs(self, tokens: Sequence[int]) -> Future[tuple[float | None, ...]]:
        """log p of each token given those before it: as long as `tokens`, the first `None`."""
        ...

    def close(self) -> None:
        """Free the snapshot. Closing twice is harmless."""
        ...


class TrainingSession(Protocol):
    """A model being trained. Operations run in submission order."""

    def forward(
        self,
        data: Sequence[Datum],
        loss: LossName = "cross_entropy",
        loss_config: Mapping[str, Any] | None = None,
    ) -> Future[ForwardOutput]:
        """Loss and log-probabilities, leaving no gradient behind: what evaluation uses."""
        ...

    def forward_backward(
        self,
        data: Sequence[Datum],
        loss: LossName = "cross_entropy",
        loss_config: Mapping[str, Any] | None = None,
    ) -> Future[ForwardOutput]:
        """Loss and log-probabilities; the gradient of the summed loss is *added* to what is accumulated."""
        ...

    def forward_backward_custom(self, data: Sequence[Datum], loss: CustomLoss) -> Future[ForwardOutput]:
        """The same with the caller's loss, through its gradient with respect to the log-probabilities."""
        ...

    def optim_step(self, params: AdamParams) -> Future[OptimStepOutput]:
        """Apply and clear the accumulated gradient."""
        ...

    def save_state(self, name: str) -> Future[str]:
        """Save weights and optimizer under `name`, atomically; the result is the path to load them from."""
        ...

    def load_state(self, path: str, *, with_optimizer: bool = True) -> Future[None]:
        """Replace the weights (and the optimizer's state) by saved ones; drops any accumulated gradient."""
        ...

    def sampler(self) -> Future[SamplingSession]:
        """A snapshot of the weights as they are when this operation's turn comes."""
        ...

    def close(self) -> None:
        """Finish what was submitted, free everything. Twice is harmless; later calls give `closed`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RenderedChat:
    """A conversation as tokens. T = number of tokens.

    `message_index_T` names, for each token, the message whose *content* (with its end-of-turn marker, which
    the speaker has to produce) the token belongs to, and -1 for the template's own tokens.
    """

    tokens_T: NDArray[np.int64]
    message_index_T: NDArray[np.int64]


class Tokenizer(Protocol):
    """Text to tokens and back, for one model."""

    @property
    def vocab_size(self) -> int:
        """Token ids are in [0, vocab_size)."""
        ...

    @property
    def end_tokens(self) -> tuple[int, ...]:
        """Token ids that end an assistant's turn or a text: what sampling stops at."""
        ...

    def encode(self, text: str) -> list[int]:
        """The tokens of plain text, without special tokens."""
        ...

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens; special tokens are left out, undecodable bytes replaced."""
        ...

    def render_text(self, text: str) -> list[int]:
        """A text as one training sequence, with the beginning and end tokens the model expects."""
        ...

    def render_chat(
        self, messages: Sequence[Message], *, add_generation_prompt: bool = False
    ) -> RenderedChat:
        """A conversation through the chat template, ending, when asked, where the assistant speaks next."""
        ...


class MetricsLogger(Protocol):
    """Where a loop's numbers go."""

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Record the metrics of a step (an optimizer step counts from 0)."""
        ...

    def close(self) -> None:
        """Flush and release."""
        ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A point a run can resume from: one line of `checkpoints.jsonl`."""

    name: str
    step: int
    """The *next* optimizer step to take (= optimizer steps the state has had)."""
    epoch: int
    """The epoch that step belongs to, from 0."""
    batch: int
    """The batch of that epoch, from 0."""
    final: bool
    """Whether training was complete."""
    state_path: str
    """Weights and optimizer, for `TrainingSession.load_state`."""
    sampler_path: str | None = None
    """Weights for sampling only, where the backend keeps them apart."""
    loop_state: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the loop itself has to remember (early stopping's best value, ...), as JSON data."""


class CheckpointLog(Protocol):
    """Where a loop records its checkpoints. A record is durable when `append` returns."""

    def append(self, checkpoint: Checkpoint) -> None:
        """Record a checkpoint whose state has been saved."""
        ...

    def last(self) -> Checkpoint | None:
        """The newest checkpoint, or `None`."""
        ...
