"""A causal byte-level language model: an MLP over the embeddings of the last C tokens.

Sources: Bengio, Ducharme, Vincent & Jauvin 2003, "A Neural Probabilistic Language Model", JMLR 3:1137-1155;
the second hidden layer is added to the first, as in He et al. 2016, arXiv:1512.03385.

    x = [E[token i-C+1], ..., E[token i]]        windows_MX    X = C * E values
    a = relu(x W1 + b1)                          hidden_MH
    h = a + relu(a W2 + b2)                      residual_MH is the second term, top_MH the sum
    log p = log_softmax(h W3 + b3)               logits_MV

Shape legend: M positions, P tokens the windows are cut from, C context length, E embedding size, H hidden
units, V vocabulary, S samples. Arrays have the parameters' dtype throughout: float32 in use, float64 where a
test compares gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from crucible_train.bytelm.packing import BLOCK_POSITIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crucible_train.bytelm.packing import Block
    from crucible_train.bytelm.parameters import FloatArray, Parameters


class ByteLM:
    """The model on `parameters`, which it reads and never changes.

    `backward` belongs to the latest `forward`: the activations in between live in buffers that are reused.
    One instance serves one thread.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._buffers = _Buffers(parameters)
        self._block: Block | None = None

    def forward(self, block: Block) -> FloatArray:
        """log p(target) at each of the block's M positions."""
        buffers = self._buffers
        count = len(block.starts_M)
        embedding = self.parameters.views["embedding"]
        tokens_PE = embedding[block.tokens_P]
        windows_PX = np.lib.stride_tricks.sliding_window_view(
            tokens_PE.reshape(-1), buffers.windows_MX.shape[1]
        )[:: embedding.shape[1]]
        windows_MX = buffers.windows_MX[:count]
        np.copyto(windows_MX, windows_PX[block.starts_M])
        logits_MV = self._logits(windows_MX)
        logits_MV -= logits_MV.max(axis=1, keepdims=True)
        self._target_logits_M = logits_MV[np.arange(count), block.targets_M]
        np.exp(logits_MV, out=logits_MV)
        self._normalizers_M = logits_MV.sum(axis=1)
        self._block = block
        return self._target_logits_M - np.log(self._normalizers_M)

    @property
    def target_is_argmax_M(self) -> NDArray[np.bool_]:
        """Whether, at each position of the latest `forward`, no token was more likely than the target."""
        return self._target_logits_M == 0

    def backward(self, grad_logprobs_M: FloatArray, gradient: Parameters) -> None:
        """Add to `gradient` that of a loss, given its gradient with respect to `forward`'s result."""
        block = self._block
        if block is None:
            raise RuntimeError("backward() without a forward() before it")
        self._block = None
        views, weights = gradient.views, self.parameters.views
        buffers = self._buffers
        count = len(block.starts_M)
        hidden_MH, residual_MH, top_MH = (
            buffer[:count] for buffer in (buffers.hidden_MH, buffers.residual_MH, buffers.top_MH)
        )
        # d log p(target) / d logits = onehot(target) - softmax(logits); the buffer holds the exponentials.
        grad_logits_MV = buffers.logits_MV[:count]
        grad_logits_MV *= (-grad_logprobs_M / self._normalizers_M)[:, None]
        grad_logits_MV[np.arange(count), block.targets_M] += grad_logprobs_M

        self._add_product(views["output.weight"], top_MH.T, grad_logits_MV)
        _add_column_sums(views["output.bias"], grad_logits_MV)
        grad_top_MH = np.matmul(grad_logits_MV, weights["output.weight"].T, out=top_MH)

        grad_residual_MH = np.multiply(grad_top_MH, residual_MH > 0, out=residual_MH)
        self._add_product(views["residual.weight"], hidden_MH.T, grad_residual_MH)
        _add_column_sums(views["residual.bias"], grad_residual_MH)
        active_MH = hidden_MH > 0
        grad_hidden_MH = np.matmul(grad_residual_MH, weights["residual.weight"].T, out=hidden_MH)
        grad_hidden_MH += grad_top_MH
        grad_hidden_MH *= active_MH

        windows_MX = buffers.windows_MX[:count]
        self._add_product(views["hidden.weight"], windows_MX.T, grad_hidden_MH)
        _add_column_sums(views["hidden.bias"], grad_hidden_MH)
        grad_windows_MX = np.matmul(grad_hidden_MH, weights["hidden.weight"].T, out=windows_MX)
        _add_embedding_gradient(views["embedding"], grad_windows_MX, block)

    def next_logprobs(self, contexts_SC: NDArray[np.intp]) -> FloatArray:
        """log p of every token to come after each context: shape S, V. Pads stand left of short contexts."""
        self._block = None
        parts = [
            self._log_softmax(contexts_SC[first : first + BLOCK_POSITIONS])
            for first in range(0, len(contexts_SC), BLOCK_POSITIONS)
        ]
        return np.concatenate(parts)

    def _log_softmax(self, contexts_SC: NDArray[np.intp]) -> FloatArray:
        windows_SX = self.parameters.views["embedding"][contexts_SC].reshape(len(contexts_SC), -1)
        logits_SV = self._logits(windows_SX)
        logits_SV = logits_SV - logits_SV.max(axis=1, keepdims=True)
        return logits_SV - np.log(np.exp(logits_SV).sum(axis=1, keepdims=True))

    def _logits(self, windows_MX: FloatArray) -> FloatArray:
        weights, buffers = self.parameters.views, self._buffers
        count = len(windows_MX)
        hidden_MH = np.matmul(windows_MX, weights["hidden.weight"], out=buffers.hidden_MH[:count])
        hidden_MH += weights["hidden.bias"]
        np.maximum(hidden_MH, 0, out=hidden_MH)
        residual_MH = np.matmul(hidden_MH, weights["residual.weight"], out=buffers.residual_MH[:count])
        residual_MH += weights["residual.bias"]
        np.maximum(residual_MH, 0, out=residual_MH)
        top_MH = np.add(hidden_MH, residual_MH, out=buffers.top_MH[:count])
        logits_MV = np.matmul(top_MH, weights["output.weight"], out=buffers.logits_MV[:count])
        logits_MV += weights["output.bias"]
        return logits_MV

    def _add_product(self, total: FloatArray, left: FloatArray, right: FloatArray) -> None:
        product = self._buffers.product[: total.size].reshape(total.shape)
        total += np.matmul(left, right, out=product)


class _Buffers:
    """Memory for one block of activations. Fresh arrays of this size would cost a page fault every 4 KiB."""

    def __init__(self, parameters: Parameters) -> None:
        shapes = parameters.architecture.shapes
        dtype = parameters.values.dtype
        window_dim, hidden_dim = shapes["hidden.weight"]

        def rows(width: int) -> FloatArray:
            return cast("FloatArray", np.empty((BLOCK_POSITIONS, width), dtype=dtype))

        self.windows_MX = rows(window_dim)
        self.hidden_MH = rows(hidden_dim)
        self.residual_MH = rows(hidden_dim)
        self.top_MH = rows(hidden_dim)
        self.logits_MV = rows(shapes["output.bias"][0])
        self.product = cast(
            "FloatArray", np.empty(max(v.size for v in parameters.views.values()), dtype=dtype)
        )


def _add_column_sums(total: FloatArray, rows: FloatArray) -> None:
    total += rows.sum(axis=0)


def _add_embedding_gradient(total: FloatArray, grad_windows_MX: FloatArray, block: Block) -> None:
    """Add up what every window says about each of its tokens.

    First over the windows that share a token (C shifted sums), then over the places that share a token id
    (sorted, so that each id's rows are one run): `np.add.at` would do both in one, many times slower.
    """
    embedding_dim = total.shape[1]
    context_length = grad_windows_MX.shape[1] // embedding_dim
    num_starts = len(block.tokens_P) - context_length + 1
    grad_starts_PX = np.zeros((num_starts, grad_windows_MX.shape[1]), dtype=total.dtype)
    grad_starts_PX[block.starts_M] = grad_windows_MX
    grad_tokens_PE = np.zeros((len(block.tokens_P), embedding_dim), dtype=total.dtype)
    for place in range(context_length):
        columns = slice(place * embedding_dim, (place + 1) * embedding_dim)
        grad_tokens_PE[place : place + num_starts] += grad_starts_PX[:, columns]
    order_P = np.argsort(block.tokens_P, kind="stable")
    sorted_P = block.tokens_P[order_P]
    runs = np.flatnonzero(np.diff(sorted_P, prepend=-1))
    total[sorted_P[runs]] += np.add.reduceat(grad_tokens_PE[order_P], runs, axis=0)
