"""Every way to the gradient of a program: ours, by hand, and each peer's.

A contestant takes a program and returns a call without arguments that computes the gradients.
Arrays are converted, and what can be compiled is compiled, before that call is timed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from benchmarks.program import Function, Program

Call = Callable[[], Any]


def rebound(function: Function, **names: ModuleType) -> Function:
    """Returns the function, and the functions beside it, with other modules under those names.

    >>> import math, cmath
    >>> def root(x):
    ...     return math.sqrt(x)
    >>> rebound(root, math=cmath)(-1)
    1j
    """
    assert isinstance(function, FunctionType)
    scope: dict[str, Any] = {}
    for name, value in function.__globals__.items():
        ours = isinstance(value, FunctionType) and value.__globals__ is function.__globals__
        scope[name] = (
            FunctionType(value.__code__, scope, name, value.__defaults__) if ours else value
        )
    scope.update(names)
    return FunctionType(function.__code__, scope, function.__name__, function.__defaults__)


def primal(program: Program) -> Call:
    """The function itself."""
    return lambda: program.primal(*program.args)


def hand(program: Program) -> Call:
    """The adjoint written by hand."""
    return lambda: program.hand(*program.args)


def emitted(program: Program) -> Call:
    """The adjoint that this package writes."""
    from adjoint import grad

    gradient = grad(wrt=program.wrt)(program.primal).gradient
    return lambda: gradient(*program.args)


def autograd(program: Program) -> Call:
    """HIPS autograd."""
    import autograd as library
    import autograd.numpy

    function = rebound(program.peers["autograd"], np=autograd.numpy)
    gradient = library.grad(function, argnum=program.wrt)
    return lambda: gradient(*program.args)


def torch(program: Program) -> Call:
    """PyTorch, eager."""
    import torch as library

    library.set_num_threads(1)
    args = [library.tensor(a) if isinstance(a, np.ndarray) else a for a in program.args]
    leaves = [
        library.tensor(program.args[i], dtype=library.float64, requires_grad=True)
        for i in program.wrt
    ]
    for i, leaf in zip(program.wrt, leaves, strict=True):
        args[i] = leaf
    function = rebound(program.peers["torch"], torch=library)
    return lambda: library.autograd.grad(function(*args), leaves)


def jax(program: Program) -> Call:
    """JAX, the gradient jitted; integers are static, as loop counts must be."""
    import jax as library
    import jax.numpy

    library.config.update("jax_enable_x64", True)
    function = rebound(program.peers["jax"], np=library.numpy, jax=library)
    static = tuple(i for i, a in enumerate(program.args) if isinstance(a, int))
    gradient = library.jit(library.grad(function, argnums=program.wrt), static_argnums=static)
    args = [a if isinstance(a, int) else library.numpy.asarray(a) for a in program.args]
    return lambda: library.block_until_ready(gradient(*args))


def mygrad(program: Program) -> Call:
    """MyGrad, with its guard against writes off, as its guide advises where speed matters."""
    import mygrad as library

    library.turn_memory_guarding_off()
    args = list(program.args)
    for i in program.wrt:
        args[i] = library.tensor(args[i])
    function = rebound(program.peers["mygrad"], np=library)

    def call() -> list[Any]:
        function(*args).backward()
        return [args[i].grad for i in program.wrt]

    return call


def tangent(program: Program) -> Call:
    """tangent-ad, the maintained fork of Tangent: it writes source, as we do."""
    import tangent as library

    gradient = library.grad(program.peers["tangent"], wrt=program.wrt)
    return lambda: gradient(*program.args)


OURS: Mapping[str, Callable[[Program], Call]] = {
    "primal": primal,
    "hand": hand,
    "emitted": emitted,
}
PEERS: Mapping[str, Callable[[Program], Call]] = {
    "autograd": autograd,
    "torch": torch,
    "jax": jax,
    "mygrad": mygrad,
    "tangent": tangent,
}


def installed(peer: str) -> bool:
    """Tells whether a peer can be imported."""
    return importlib.util.find_spec(peer) is not None
