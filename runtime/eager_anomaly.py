"""Anomaly detection: which operation's backward failed, or gave NaN, and where it was recorded."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from adjoint.runtime.graph import Node, TensorCore
from adjoint.runtime.tracebacks import is_hidden

# Whether the mode is on, and whether it looks for NaN: for the process, as in PyTorch.
STATE = [False, True]
# Whether emitted adjoints look for NaN and infinity: for the thread or task that asked.
WATCHING: ContextVar[bool] = ContextVar("WATCHING", default=False)


class set_detect_anomaly:
    """Turns anomaly detection on or off; as a context manager, until the block's end.

    Args:
        mode: on or off.
        check_nan: whether a backward that gives NaN is an error.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        """Sets the mode at once."""
        self.before, self.watched = list(STATE), WATCHING.get()
        STATE[:] = [bool(mode), bool(check_nan)]
        WATCHING.set(bool(mode) and bool(check_nan))

    def __enter__(self) -> None:
        """Keeps the mode."""

    def __exit__(self, *exc: object) -> None:
        """Puts back what was before."""
        STATE[:] = self.before
        WATCHING.set(self.watched)


class detect_anomaly(set_detect_anomaly):
    """Detects anomalies inside a `with` block: NaN, and in emitted adjoints infinity too.

    Of an emitted adjoint the line of the function is named whose adjoint first gave such a value;
    of an operation of tensors the line that recorded it.

    Example:
        >>> with detect_anomaly():
        ...     is_anomaly_enabled()
        True
    """

    def __init__(self, check_nan: bool = True) -> None:
        """Turns the mode on."""
        super().__init__(True, check_nan)


def is_watching() -> bool:
    """Says whether the adjoints that are made now look for NaN and infinity."""
    return STATE[0] and WATCHING.get()


def is_anomaly_enabled() -> bool:
    """Says whether anomalies are detected."""
    return STATE[0]


def note(node: Node) -> None:
    """Keeps, with a node, the stack of the operation that it records."""
    stack = [frame for frame in traceback.extract_stack() if not is_hidden(frame.filename)]
    node.metadata["traceback_"] = traceback.format_list(stack)


def watched(node: Node, run: Callable[[], Sequence[Any]]) -> Sequence[Any]:
    """Runs a node's backward; says where the operation was recorded if that fails or gives NaN.

    Raises:
        RuntimeError: NaN came out.
    """
    try:
        pieces = run()
        if STATE[1]:
            for k, piece in enumerate(pieces):
                data = piece._data if isinstance(piece, TensorCore) else piece
                if data is not None and np.isnan(data).any():
                    raise RuntimeError(
                        f"Function '{node.name()}' returned nan values in its {k}th output."
                    )
    except Exception:
        stack = node.metadata.get("traceback_")
        where = (
            "No forward pass information available. Enable detect anomaly during forward pass for "
            "more information."
            if stack is None
            else "Traceback of forward call that caused the error:\n" + "".join(stack)
        )
        warnings.warn(f"Error detected in {node.name()}. {where}", UserWarning, stacklevel=2)
        raise
    return pieces
