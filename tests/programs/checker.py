"""Compares what the tool answers with central differences, and demands everything it promises.

The differences are of fourth order with a step of 1e-4: in float64 they are good to about 1e-11, and
two step widths are compared so that a kink or a jump in a sample is noticed instead of believed.
The tolerance follows from that and from the dtype, never from the program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .trees import Path, duplicate, is_differentiable, leaves, mapped, replaced, same

STEP = 1e-4
Function = Callable[..., Any]


class WrongGradient(AssertionError):
    """The tool's answer is not the gradient, or not of the form that was promised."""


class IllConditioned(AssertionError):
    """The sample lies at a kink or a jump: the program's registration is wrong."""


def check(function: Function, args: tuple[Any, ...], wrt: tuple[int, ...], api: Any = None) -> None:
    """Demands that `gradient`, `value_and_gradient` and `vjp` of a function are right.

    Args:
        function: the primal.
        args: positional arguments; they are copied for every call.
        wrt: positions to differentiate with respect to.
        api: what offers the three functions; `adjoint` itself unless a test says otherwise.

    Raises:
        WrongGradient: when any answer is wrong in value, shape, dtype or structure, or when the
            arguments are not left as the function itself leaves them.
    """
    if api is None:
        import adjoint as api  # noqa: PLC0415  (its own tests run without the tool)

    after = duplicate(args)
    value = function(*after)
    cotangent = random_cotangent(value)
    numeric = numeric_pullback(function, args, wrt, cotangent)

    if is_scalar(value):
        ones = [mapped(lambda leaf: leaf / cotangent, n) for n in numeric]
        _check_gradient(api, function, args, wrt, ones, after)
        _check_value_and_gradient(api, function, args, wrt, ones, after, value)
    _check_vjp(api, function, args, wrt, numeric, after, value, cotangent)


def check_late_writes(function: Function, args: tuple[Any, ...], wrt: tuple[int, ...]) -> None:
    """Demands that writing into arguments and results before the pullback is harmless or loud.

    Raises:
        WrongGradient: when the pullback answers, and answers something else than before.
    """
    import adjoint  # noqa: PLC0415

    value, pullback = adjoint.vjp(function, *duplicate(args))
    cotangent = random_cotangent(value)
    want = pullback(cotangent)
    for scribble_on in ("the arguments", "the value"):
        mine = duplicate(args)
        value, pullback = adjoint.vjp(function, *mine)
        scribble(mine if scribble_on == "the arguments" else value)
        try:
            got = pullback(cotangent)
        except (adjoint.AdjointError, RuntimeError):
            continue
        for i in wrt:
            _compare(f"after writing into {scribble_on}: argument {i}", got[i], want[i], args[i])


def numeric_pullback(
    function: Function, args: tuple[Any, ...], wrt: tuple[int, ...], cotangent: Any
) -> list[Any]:
    """Central differences of `<cotangent, function(*args)>` with respect to some arguments."""
    args = mapped(_in_float64, args)

    def projected(position: int, argument: Any) -> float:
        call = list(duplicate(args))
        call[position] = argument
        return inner(cotangent, function(*call))

    return [_differences(projected, args[i], i) for i in wrt]


def _differences(projected: Callable[[int, Any], float], tree: Any, position: int) -> Any:
    middle = projected(position, duplicate(tree))
    out = mapped(lambda leaf: np.zeros(np.shape(leaf)) if is_differentiable(leaf) else None, tree)
    for path, leaf in leaves(tree):
        if not is_differentiable(leaf):
            continue
        got = np.zeros(np.shape(leaf))
        for k in np.ndindex(np.shape(leaf)):
            ends = [
                projected(position, replaced(duplicate(tree), path, _moved(leaf, k, h * STEP)))
                for h in (-2, -1, 1, 2)
            ]
            near, far = (ends[2] - ends[1]) / (2 * STEP), (ends[3] - ends[0]) / (4 * STEP)
            bend = (ends[2] - 2 * middle + ends[1]) / STEP
            scale = max(1.0, abs(middle), abs(near))
            if not abs(near - far) <= 1e-5 * scale or not abs(bend) <= 1e-2 * scale:
                raise IllConditioned(f"argument {position}{_at(path)}{list(k)}: {near} {far} {bend}")
            got[k] = (4 * near - far) / 3
        out = replaced(out, path, got)
    return out


def _moved(leaf: Any, k: tuple[int, ...], by: float) -> Any:
    if not isinstance(leaf, np.ndarray):
        return leaf + by
    moved = leaf.copy()
    moved[k] += by
    return moved


def _in_float64(leaf: Any) -> Any:
    if is_differentiable(leaf) and not isinstance(leaf, float):
        return leaf.astype(np.float64)
    return leaf


def is_scalar(value: Any) -> bool:
    """Whether a value is one real number, so that it has a gradient."""
    return is_differentiable(value) and np.shape(value) == ()


def random_cotangent(value: Any) -> Any:
    """A cotangent for a value: of its structure, shapes and dtypes; None where it holds no floats."""
    rng = np.random.default_rng(7)

    def draw(leaf: Any) -> Any:
        if not is_differentiable(leaf):
            return None
        if isinstance(leaf, float):
            return float(rng.uniform(0.5, 1.5))
        return np.asarray(rng.uniform(0.5, 1.5, np.shape(leaf)), leaf.dtype)[()]

    return mapped(draw, value)


def inner(cotangent: Any, value: Any) -> float:
    """The inner product of a cotangent with a value."""
    pairs = zip(leaves(cotangent), leaves(value), strict=True)
    return sum(float(np.sum(np.multiply(c, v))) for (_, c), (_, v) in pairs if c is not None)


def scribble(tree: Any) -> None:
    """Spoils every array of a tree that can be written into."""
    for _, leaf in leaves(tree):
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable and leaf.dtype.kind in "fi":
            leaf += 1


def _check_gradient(
    api: Any, function: Function, args: Any, wrt: Any, numeric: list[Any], after: Any
) -> None:
    mine = duplicate(args)
    got = api.gradient(function, wrt=wrt)(*mine)
    _compare_all("gradient", got if len(wrt) > 1 else (got,), numeric, args, wrt)
    _compare_effects("gradient", mine, after)


def _check_value_and_gradient(
    api: Any, function: Function, args: Any, wrt: Any, numeric: list[Any], after: Any, value: Any
) -> None:
    mine = duplicate(args)
    got_value, got = api.value_and_gradient(function, wrt=wrt)(*mine)
    _compare_values("value_and_gradient", got_value, value)
    got = got if len(wrt) > 1 else (got,)
    _compare_all("value_and_gradient", got, numeric, args, wrt)
    _compare_effects("value_and_gradient", mine, after)


def _check_vjp(
    api: Any, function: Function, args: Any, wrt: Any, numeric: Any, after: Any, value: Any,
    cotangent: Any,
) -> None:  # fmt: skip
    mine = duplicate(args)
    got_value, pullback = api.vjp(function, *mine)
    _compare_values("vjp", got_value, value)
    _compare_effects("vjp", mine, after)
    given = duplicate(cotangent)
    for attempt in ("vjp", "vjp, second pullback"):
        got = pullback(given)
        if not isinstance(got, tuple) or len(got) != len(args):
            raise WrongGradient(f"{attempt}: one entry per argument expected, got {got!r}")
        _compare_all(attempt, [got[i] for i in wrt], numeric, args, wrt)
        if not same(given, cotangent):
            raise WrongGradient(f"{attempt}: the pullback wrote into its cotangent")
        scribble([got[i] for i in wrt])  # what came back is the caller's to write into
        given = duplicate(cotangent)
    _compare_effects("vjp, after the pullbacks", mine, after)


def _compare_all(what: str, got: Any, numeric: list[Any], args: Any, wrt: tuple[int, ...]) -> None:
    if len(got) != len(wrt):
        raise WrongGradient(f"{what}: {len(wrt)} gradients expected, got {len(got)}")
    for i, g, want in zip(wrt, got, numeric, strict=True):
        _compare(f"{what}: argument {i}", g, want, args[i])


def _compare(what: str, got: Any, want: Any, argument: Any) -> None:
    """Compares one gradient with what it should be; its form is that of the argument."""
    got_leaves, want_leaves = dict(leaves(got)), dict(leaves(want))
    container = not isinstance(argument, np.ndarray | np.generic | float)
    if list(got_leaves) != list(want_leaves) or (container and type(got) is not type(argument)):
        raise WrongGradient(f"{what}: structure {list(got_leaves)} of {type(got).__name__}")
    for path, leaf in leaves(argument):
        where, g, w = f"{what}{_at(path)}", got_leaves[path], want_leaves[path]
        if not is_differentiable(leaf):
            if g is not None:
                raise WrongGradient(f"{where}: not differentiable, yet its gradient is {g!r}")
            continue
        if not is_differentiable(g) or np.shape(g) != np.shape(leaf):
            raise WrongGradient(f"{where}: {g!r} is not of shape {np.shape(leaf)}, or no float")
        dtype = np.result_type(leaf) if isinstance(leaf, np.ndarray | np.generic) else np.float64
        if np.result_type(g) != dtype:
            raise WrongGradient(f"{where}: dtype {np.result_type(g)}, of an argument of {dtype}")
        relative = 1e-8 if dtype == np.float64 else 200 * float(np.finfo(dtype).eps)
        scale = max(1.0, float(np.max(np.abs(w), initial=0.0)))
        if not np.allclose(g, w, rtol=relative, atol=relative * scale):
            raise WrongGradient(f"{where}: expected\n{w!r}\ngot\n{g!r}")


def _compare_values(what: str, got: Any, want: Any) -> None:
    for (p, g), (q, w) in zip(leaves(got), leaves(want), strict=True):
        if p != q or np.shape(g) != np.shape(w):
            raise WrongGradient(f"{what}: value {got!r}, expected {want!r}")
        if is_differentiable(w):
            if np.result_type(g) != np.result_type(w):
                raise WrongGradient(f"{what}: value of dtype {np.result_type(g)}")
            close = 1e-12 if np.result_type(w) == np.float64 else 1e-5
            if not np.allclose(g, w, rtol=close, atol=close, equal_nan=True):
                raise WrongGradient(f"{what}: value {got!r}, expected {want!r}")


def _compare_effects(what: str, mine: Any, after: Any) -> None:
    if not same(mine, after):
        raise WrongGradient(f"{what}: arguments left as\n{mine!r}\nand not as\n{after!r}")


def _at(path: Path) -> str:
    return "".join(f"[{key!r}]" for key in path)
