"""Compares what the tool answers with central differences, and demands everything it promises.

The tolerance follows from the differences' accuracy and from the dtype, never from the program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .differences import at, numeric_pullback, random_cotangent
from .trees import duplicate, is_differentiable, leaves, mapped, same

Function = Callable[..., Any]
WAYS = ("gradient", "value_and_gradient")


class WrongGradient(AssertionError):
    """The tool's answer is not the gradient, or not of the form that was promised."""


@dataclass(frozen=True, slots=True)
class Case:
    """A call, and what is known about it without the tool.

    after: the arguments as the function leaves them. numeric: what the pullback of `cotangent` is.
    """

    function: Function
    args: tuple[Any, ...]
    wrt: tuple[int, ...]
    after: tuple[Any, ...]
    value: Any
    cotangent: Any
    numeric: list[Any]


def case_of(function: Function, args: tuple[Any, ...], wrt: tuple[int, ...]) -> Case:
    """Calls the function, and takes its differences."""
    after = duplicate(args)
    value = function(*after)
    cotangent = random_cotangent(value)
    numeric = numeric_pullback(function, args, wrt, cotangent)
    return Case(function, args, wrt, after, value, cotangent, numeric)


def check(
    function: Function, args: tuple[Any, ...], wrt: tuple[int, ...], api: Any = None,
    ways: Sequence[str] = WAYS,
) -> None:  # fmt: skip
    """Demands that `gradient`, `value_and_gradient` and `vjp` of a function are right.

    Args:
        function: the primal.
        args: positional arguments; they are copied for every call.
        wrt: positions to differentiate with respect to.
        api: what offers the three functions; `adjoint` itself unless a test says otherwise.
        ways: those of the first two to ask: each is a compilation of its own.

    Raises:
        WrongGradient: when any answer is wrong in value, shape, dtype or structure, or when the
            arguments are not left as the function itself leaves them.
    """
    if api is None:
        import adjoint as api

    case = case_of(function, args, wrt)
    if wrt and is_scalar(case.value):
        for way in ways:
            _check_gradients(api, case, way)
    _check_vjp(api, case)


def check_late_writes(function: Function, args: tuple[Any, ...], wrt: tuple[int, ...]) -> None:
    """Demands that writing into arguments and results before the pullback is harmless or loud.

    Raises:
        WrongGradient: when the pullback answers, and answers something else than before.
    """
    import adjoint

    value, pullback = adjoint.vjp(function, *duplicate(args))
    cotangent = random_cotangent(value)
    want, near = pullback(cotangent), accuracy_of(args)
    for scribble_on in ("the arguments", "the value"):
        mine = duplicate(args)
        value, pullback = adjoint.vjp(function, *mine)
        scribble(mine if scribble_on == "the arguments" else value)
        try:
            got = pullback(cotangent)
        except (adjoint.AdjointError, RuntimeError):
            continue
        for i in wrt:
            compare(
                f"after writing into {scribble_on}: argument {i}", got[i], want[i], args[i], near
            )


def is_scalar(value: Any) -> bool:
    """Whether a value is one real number, so that it has a gradient."""
    return is_differentiable(value) and np.shape(value) == () and not np.iscomplexobj(value)


def scribble(tree: Any) -> None:
    """Spoils every array of a tree that can be written into."""
    for _, leaf in leaves(tree):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable and leaf.dtype.kind in "fic":
            leaf[...] += 1


def compare(what: str, got: Any, want: Any, argument: Any, accuracy: float) -> None:
    """Compares one gradient with what it should be; its form is that of the argument."""
    got_leaves, want_leaves = dict(leaves(got)), dict(leaves(want))
    container = not isinstance(argument, np.ndarray | np.generic | float | complex)
    if list(got_leaves) != list(want_leaves) or (container and type(got) is not type(argument)):
        raise WrongGradient(f"{what}: structure {list(got_leaves)} of {type(got).__name__}")
    for path, leaf in leaves(argument):
        _compare_leaf(f"{what}{at(path)}", got_leaves[path], want_leaves[path], leaf, accuracy)


def accuracy_of(args: tuple[Any, ...]) -> float:
    """The relative accuracy to demand: that of the coarsest dtype among the arguments."""
    typed = [leaf for _, leaf in leaves(args) if hasattr(leaf, "dtype")]
    dtypes = {np.dtype(leaf.dtype) for leaf in typed if not isinstance(leaf, type)}
    double = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}
    single = any(d.kind in "fc" and d.itemsize < double[d.kind].itemsize for d in dtypes)
    return 200 * float(np.finfo(np.float32).eps) if single else 1e-8


def _compare_leaf(where: str, got: Any, want: Any, leaf: Any, accuracy: float) -> None:
    if not is_differentiable(leaf):
        if got is not None:
            raise WrongGradient(f"{where}: not differentiable, yet its gradient is {got!r}")
        return
    if not is_differentiable(got) or np.shape(got) != np.shape(leaf):
        raise WrongGradient(f"{where}: {got!r} is not of shape {np.shape(leaf)}, or no float")
    plain = np.complex128 if isinstance(leaf, complex) else np.float64
    dtype = np.result_type(leaf) if isinstance(leaf, np.ndarray | np.generic) else plain
    if np.result_type(got) != dtype:
        raise WrongGradient(f"{where}: dtype {np.result_type(got)}, of an argument of {dtype}")
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    if not np.allclose(got, want, rtol=accuracy, atol=accuracy * scale):
        raise WrongGradient(f"{where}: expected\n{want!r}\ngot\n{got!r}")


def _check_gradients(api: Any, case: Case, way: str) -> None:
    numeric = [mapped(lambda leaf: _divided(leaf, case.cotangent), n) for n in case.numeric]
    mine = duplicate(case.args)
    got = getattr(api, way)(case.function, wrt=case.wrt)(*mine)
    if way == "value_and_gradient":
        value, got = got
        _compare_values(way, value, case.value)
    gradients = got if len(case.wrt) > 1 else (got,)
    _compare_all(way, gradients, numeric, case)
    _demand_apart(way, gradients, mine)
    _compare_effects(way, mine, case)


def _divided(leaf: Any, by: Any) -> Any:
    return None if leaf is None else leaf / by


def _check_vjp(api: Any, case: Case) -> None:
    mine = duplicate(case.args)
    value, pullback = api.vjp(case.function, *mine)
    _compare_values("vjp", value, case.value)
    _compare_effects("vjp", mine, case)
    for attempt in ("vjp", "vjp, second pullback"):
        given = duplicate(case.cotangent)
        got = pullback(given)
        if not isinstance(got, tuple) or len(got) != len(case.args):
            raise WrongGradient(f"{attempt}: one entry per argument expected, got {got!r}")
        _compare_all(attempt, [got[i] for i in case.wrt], case.numeric, case)
        if not same(given, case.cotangent):
            raise WrongGradient(f"{attempt}: the pullback wrote into its cotangent")
        _demand_apart(attempt, [got[i] for i in case.wrt], (mine, value, given))
        scribble([got[i] for i in case.wrt])  # what came back is the caller's to write into
    _compare_effects("vjp, after the pullbacks", mine, case)


def _compare_all(what: str, got: Sequence[Any], numeric: list[Any], case: Case) -> None:
    if len(got) != len(case.wrt):
        raise WrongGradient(f"{what}: {len(case.wrt)} gradients expected, got {len(got)}")
    for i, g, want in zip(case.wrt, got, numeric, strict=True):
        compare(f"{what}: argument {i}", g, want, case.args[i], accuracy_of(case.args))


def _demand_apart(what: str, got: Sequence[Any], held: Any) -> None:
    """Demands that gradients share no memory with one another or with what others hold."""
    taken = [leaf for _, leaf in leaves(held) if isinstance(leaf, np.ndarray)]
    for _, leaf in leaves(tuple(got)):
        if isinstance(leaf, np.ndarray):
            if any(np.may_share_memory(leaf, other) for other in taken):
                raise WrongGradient(f"{what}: an array that is handed out is held elsewhere")
            if not leaf.flags.writeable:
                raise WrongGradient(f"{what}: an array that is handed out cannot be written into")
            taken.append(leaf)


def _compare_values(what: str, got: Any, want: Any) -> None:
    for (p, g), (q, w) in zip(leaves(got), leaves(want), strict=True):
        if p != q or np.shape(g) != np.shape(w):
            raise WrongGradient(f"{what}: value {got!r}, expected {want!r}")
        if is_differentiable(w):
            if np.result_type(g) != np.result_type(w):
                raise WrongGradient(f"{what}: value of dtype {np.result_type(g)}")
            close = 1e-12 if np.result_type(w) in (np.float64, np.complex128) else 1e-5
            if not np.allclose(g, w, rtol=close, atol=close, equal_nan=True):
                raise WrongGradient(f"{what}: value {got!r}, expected {want!r}")


def _compare_effects(what: str, mine: Any, case: Case) -> None:
    if not same(mine, case.after):
        raise WrongGradient(f"{what}: arguments left as\n{mine!r}\nand not as\n{case.after!r}")
