"""The contract every training client has to pass. Subclass it in a test module:

    class TestMyTrainingClient(TrainingClientContract):
        vocab_size = 32_000

        def make_client(self):
            return MyTrainingClient()

        def training_config(self):
            return {"model_ref": {"id": "tiny"}}

pytest collects the tests. The model should be small: each test opens one to four sessions. Source: the
Tinker API's training client, whose meaning of losses, gradients and futures these tests pin down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from crucible_train.session import SessionErrorCode
from crucible_train.testing.outcomes import expect_error, expect_ok
from crucible_train.testing.training_gradients import GradientContract
from crucible_train.testing.training_probe import TrainingProbe, make_datum, with_tensors
from crucible_train.testing.training_sessions import FutureContract, StateContract

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from crucible_train.datum import Datum
    from crucible_train.session import LossName


class RefusalContract(TrainingProbe):
    """What cannot be honoured is refused, by name, and changes nothing."""

    def unsupported_training_configs(self) -> Mapping[str, dict[str, Any]]:
        """Configs the client has to refuse, by what is wrong with them."""
        config = self.training_config()
        return {
            "an unknown optimizer": {**config, "optimizer": "no-such-optimizer"},
            "an unknown setting": {**config, "no_such_setting": 1},
            "no model": {key: value for key, value in config.items() if key != "model_ref"},
        }

    def test_a_config_it_cannot_honour_is_refused(self, tmp_path: Path) -> None:
        """`unsupported_config`, by `open` and by the published model alike, before anything is loaded."""
        client = self.make_client()
        for wrong, config in self.unsupported_training_configs().items():
            outcome = client.open(config, state_dir=tmp_path)
            expect_error(outcome, SessionErrorCode.UNSUPPORTED_CONFIG)
            try:
                client.training_config_model.model_validate(config)
            except ValidationError:
                continue
            raise AssertionError(f"training_config_model accepts {wrong}, which open refuses")

    def test_the_published_model_accepts_the_config(self) -> None:
        """`training_config_model` validates what `open` opens."""
        self.make_client().training_config_model.model_validate(self.training_config())

    def test_an_unknown_loss_is_refused(self, tmp_path: Path) -> None:
        """`unsupported_loss`, for a name nobody has and for an option the loss does not have."""
        unknown: LossName = "no-such-loss"  # pyright: ignore[reportAssignmentType] - the point of the test
        with self.session(tmp_path) as session:
            for submit in (session.forward, session.forward_backward):
                expect_error(submit(self.batch(), unknown).result(), SessionErrorCode.UNSUPPORTED_LOSS)
                outcome = submit(self.batch(), "cross_entropy", {"no_such_option": 1}).result()
                expect_error(outcome, SessionErrorCode.UNSUPPORTED_LOSS)

    def test_a_datum_it_cannot_read_is_refused(self, tmp_path: Path) -> None:
        """`invalid_datum` naming the datum, for tokens outside the vocabulary and a missing tensor."""
        good = self.datum(0, 6)
        tokens_N, targets_N = good.model_input.tokens_N(), good.target_tokens_N
        ones_N = np.ones(6)
        self._assert_refused(
            tmp_path,
            {
                "an unknown token": make_datum(
                    tokens_N + self.vocab_size, target_tokens=targets_N, weights=ones_N
                ),
                "a negative target": make_datum(tokens_N, target_tokens=-1 - targets_N, weights=ones_N),
                "no weights": with_tensors(good, weights=None),
            },
        )

    def test_lengths_that_differ_are_refused(self, tmp_path: Path) -> None:
        """`invalid_datum` naming the datum, whichever tensor is longer or shorter than the input."""
        good = self.datum(0, 6)
        tokens_N, targets_N = good.model_input.tokens_N(), good.target_tokens_N
        self._assert_refused(
            tmp_path,
            {
                "fewer targets": make_datum(tokens_N, target_tokens=targets_N[:-1], weights=np.ones(6)),
                "more targets": make_datum(tokens_N[:-1], target_tokens=targets_N, weights=np.ones(5)),
                "fewer weights": with_tensors(good, weights=np.ones(5)),
                "more weights": with_tensors(good, weights=np.ones(7)),
            },
        )

    def test_numbers_that_are_not_finite_are_refused(self, tmp_path: Path) -> None:
        """A NaN weight is an error and leaves neither weights nor gradient changed."""
        weights_N = np.ones(6)
        weights_N[2] = np.nan
        data = [self.datum(1, 4), with_tensors(self.datum(0, 6), weights=weights_N)]
        with self.session(tmp_path) as session:
            before_M = self.look(session, self.batch())
            outcome = session.forward_backward(data).result()
            expect_error(outcome, SessionErrorCode.NON_FINITE, SessionErrorCode.INVALID_DATUM)
            expect_ok(session.optim_step(self.adam()).result())
            self.assert_unchanged(session, before_M, "a NaN that was refused")

    def _assert_refused(self, state_dir: Path, bad: Mapping[str, Datum]) -> None:
        with self.session(state_dir) as session:
            before_M = self.look(session, self.batch())
            for wrong, datum in bad.items():
                for submit in (session.forward, session.forward_backward):
                    outcome = submit([self.datum(1, 4), datum]).result()
                    error = expect_error(outcome, SessionErrorCode.INVALID_DATUM)
                    assert "1" in error.message, (
                        f"{wrong}: the message does not name datum 1: {error.message}"
                    )
            expect_ok(session.optim_step(self.adam()).result())
            self.assert_unchanged(session, before_M, "datums that were refused")


class TrainingClientContract(GradientContract, StateContract, FutureContract, RefusalContract):
    """The whole contract. What a subclass has to fill in is in `TrainingProbe`."""
