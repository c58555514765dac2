"""Names of nodes, as PyTorch gives them."""

from __future__ import annotations

# Nodes whose `next_functions` have a place for a number as well.
SHOWS_NUMBERS = frozenset({"AddBackward0", "SubBackward0", "MulBackward0", "DivBackward0"})
TITLES = {
    "np.absolute": "AbsBackward0",
    "np.subtract": "SubBackward0",
    "np.multiply": "MulBackward0",
    "np.divide": "DivBackward0",
    "np.negative": "NegBackward0",
    "np.power": "PowBackward1",
    "np.log1p": "Log1PBackward0",
    "np.max": "MaxBackward1",
    "np.min": "MinBackward1",
    "np.concatenate": "CatBackward0",
    "np.copy": "CloneBackward0",
    "np.tile": "RepeatBackward0",
    "np.clip": "ClampBackward1",
    "np.transpose": "PermuteBackward0",
    "np.reshape": "ViewBackward0",
    "np.broadcast_to": "ExpandBackward0",
    "np.swapaxes": "TransposeBackward0",
    "np.linalg.inv": "LinalgInvExBackward0",
    "np.linalg.det": "LinalgDetBackward0",
    "np.linalg.slogdet": "LinalgSlogdetBackward0",
    "np.linalg.solve": "LinalgSolveExBackward0",
    "np.linalg.cholesky": "LinalgCholeskyExBackward0",
    "np.linalg.norm": "LinalgVectorNormBackward0",
}


def title_of(name: str) -> str:
    """Names the nodes of a primitive as PyTorch does where it has it too."""
    return TITLES.get(name) or camel(name.rpartition(".")[2]) + "Backward0"


def camel(name: str) -> str:
    """Turns a function's name into that of its nodes: `log_softmax` -> `LogSoftmax`."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))
