"""One supervised run over the toy session, and everything it left behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crucible_train.loops.supervised.config import SupervisedConfig
from crucible_train.loops.supervised.train import train
from crucible_train.records import Conversation, Message, TextRecord
from crucible_train.result import Err
from tests.support.run_records import MemoryCheckpoints, RecordingLogger
from tests.support.toy_session import ToySession
from tests.support.toy_tokenizer import ToyTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crucible_train.loops.errors import LoopError
    from crucible_train.loops.supervised.report import TrainReport
    from crucible_train.records import Record
    from crucible_train.result import Result


def chat(*turns: tuple[str, str]) -> Conversation:
    """A conversation from (role, content) pairs."""
    return Conversation(tuple(Message(role, content) for role, content in turns))


RECORDS: tuple[Record, ...] = tuple(
    record
    for n in range(5)
    for record in (
        TextRecord(f"the {'quick ' * n}fox {n}"),
        chat(("user", f"say {n}"), ("assistant", f"well, {'abc'[n % 3]} and {n}")),
    )
)
EVAL_RECORDS: tuple[Record, ...] = (
    TextRecord("the quick dog"),
    chat(("user", "say 9"), ("assistant", "well, 9")),
    TextRecord("a fox"),
)


@dataclass
class ToyRun:
    """A run and what it left behind. `go` again with `resume` to go on from there."""

    config: dict[str, Any]
    dataset: Sequence[Record] = RECORDS
    eval_dataset: Sequence[Record] = EVAL_RECORDS
    session: ToySession = field(default_factory=ToySession)
    logger: RecordingLogger = field(default_factory=RecordingLogger)
    checkpoints: MemoryCheckpoints = field(default_factory=MemoryCheckpoints)
    tokenizer: ToyTokenizer = field(default_factory=ToyTokenizer)

    def go(
        self, *, resume: bool = False, should_stop: Callable[[], bool] | None = None
    ) -> Result[TrainReport, LoopError]:
        return train(
            SupervisedConfig(**{"learning_rate": 0.1, **self.config}),
            self.session,
            self.tokenizer,
            self.dataset,
            eval_dataset=self.eval_dataset,
            logger=self.logger,
            checkpoints=self.checkpoints,
            resume=resume,
            should_stop=should_stop,
        )

    def report(self, *, resume: bool = False) -> TrainReport:
        return self.go(resume=resume).unwrap()

    def error(self, *, resume: bool = False, should_stop: Callable[[], bool] | None = None) -> LoopError:
        result = self.go(resume=resume, should_stop=should_stop)
        assert isinstance(result, Err), result
        return result.error

    def next_process(self, **session: Any) -> ToyRun:
        """The same run in a new process: a new session over the same disk, the same files."""
        return ToyRun(
            self.config,
            self.dataset,
            self.eval_dataset,
            ToySession(disk=self.session.disk, **session),
            RecordingLogger(),
            self.checkpoints,
            self.tokenizer,
        )
