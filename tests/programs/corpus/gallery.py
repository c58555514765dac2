"""The gallery's remaining primals: hard to differentiate, each for a reason of its own.

The others of the gallery stand in the module of their theme: `burgers`, `heat`, `recurrence`,
`alias`, `rnn`, `newton_sqrt`, `first_above`, `logistic`, `affine`, `safe_root`, `cascade`.
"""

import math

from ..registry import program


@program((0.7, 6), (1.4, 6), (0.7, 0))
def clipped_walk(x, n):
    for i in range(n):
        if x > 1.0:
            x = 0.5 * x * x
        else:
            x = x + 0.3 * math.sin(x)
    return x
