"""A linear reader: one weight for each known key and label, learnt by ridge regression on the labels.

Ridge regression towards -1 and +1 reads texts as well as a support vector machine does and is solved by conjugate
gradients, all labels at once, in seconds. One more correction moves the weights at once by a passive-aggressive step.

Source: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems" (1952); Rifkin, Yeo and
Poggio, "Regularized least-squares classification" (2003); Crammer et al., "Online passive-aggressive algorithms",
Journal of Machine Learning Research 7 (2006) 551-585.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from minhu.insight.engine.vectors import Numbers, Weights

_STEPS = 80
_NEAR = 1e-3


def solved(rows: csr_matrix, labels: Numbers, count: int, strength: float) -> tuple[Weights, Weights]:
    """The weights (one row a column of ``rows``, one column a label) and what each label starts from.

    strength: how strongly weights are held near none.
    """
    targets = np.where(labels[:, None] == np.arange(count), 1.0, -1.0).astype(np.float32)
    start = targets.mean(axis=0)
    turned = rows.T.tocsr()
    weights = np.zeros((rows.shape[1], count), np.float32)
    left = turned @ (targets - start)
    way = left.copy()
    size = first = (left * left).sum(axis=0)
    for _ in range(_STEPS):
        if (size <= _NEAR * _NEAR * first).all():
            break
        pulled = turned @ (rows @ way) + strength * way
        step = size / np.maximum((way * pulled).sum(axis=0), 1e-30)
        weights += step * way
        left -= step * pulled
        before, size = size, (left * left).sum(axis=0)
        way = left + size / np.maximum(before, 1e-30) * way
    return weights, start


def nudged(weights: Weights, row: csr_matrix, scores: Weights, wanted: int) -> Weights:
    """A small change of the weights after which ``wanted`` leads every other by the usual margin, the nearest first.

    Source: Crammer et al., "Online passive-aggressive algorithms", JMLR 7 (2006) 551-585.
    """
    changed, scores = weights.copy(), scores.astype(np.float64)
    others = [place for place in range(len(scores)) if place != wanted]
    for _ in others if row.nnz else ():
        rival = max(others, key=lambda place: scores[place])
        half = (1.0 - float(scores[wanted] - scores[rival])) / 2
        if half <= 0:
            break
        step = half / float(row.multiply(row).sum()) * row.data
        changed[row.indices, wanted] += step
        changed[row.indices, rival] -= step
        scores[wanted] += half
        scores[rival] -= half
    return changed
