"""What `@grad` makes of a function: a callable that also gives its derivatives and their source."""

from __future__ import annotations

import functools
import inspect
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.errors import NotDifferentiable
from adjoint.runtime.helpers import restructure
from adjoint.transform.analyses.kind import kind_of
from adjoint.transform.callees import ParameterKinds
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.guards import Guard, guards_of, holds
from adjoint.transform.homes import explained, home_of_call, original, rebound
from adjoint.transform.ir.nodes import Function
from adjoint.transform.loading import function_of
from adjoint.transform.pipeline import (
    Emitted,
    World,
    analyse,
    default_kinds,
    derive,
    lowered_function,
    written_parameters,
)  # fmt: skip
from adjoint.transform.tensors import call_with_tensors, has_tensor, unwrapped

Wrt = str | int | Sequence[str | int] | None
_lock = threading.RLock()
_PLAIN: frozenset[type] = frozenset(
    {np.ndarray, float, int, bool, complex, str, type(None), np.float64, np.float32, np.int64}
)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """An emitted function made ready for one combination of argument kinds.

    finish: makes what users get of a cotangent, given the argument that it is of.
    """

    run: Callable[..., Any]
    emitted: Emitted
    wrt: tuple[str, ...]
    guards: tuple[Guard, ...]
    finish: Callable[[Any, Any], Any]


class Differentiable:
    """A function together with its derivatives.

    Calling it calls the function itself. `gradient`, `value_and_gradient` and `vjp` run emitted
    adjoints, which are written on first use and kept; `source` shows one.
    """

    def __init__(self, function: Callable[..., Any], wrt: Wrt = None) -> None:
        target, bound, preset = _unwrap(function)
        functools.update_wrapper(self, function if hasattr(function, "__name__") else target)
        self.__wrapped__ = function
        self._function = target
        self._bound = bound
        self._preset = preset
        self._wrt = wrt
        self._plain = not bound and not preset
        self._lowered: Function | None = None
        self._compiled: dict[Any, _Compiled] = {}

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's own value; with tensors among the arguments, a tensor in the graph."""
        for a in args:
            if type(a) not in _PLAIN:
                return self._call_slowly(args, kwargs)
        if kwargs:
            return self._call_slowly(args, kwargs)
        return self.__wrapped__(*args)

    def _call_slowly(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if has_tensor(args) or has_tensor(kwargs):
            return call_with_tensors(self, args, kwargs)
        namespace = home.namespace_of(args, kwargs)
        if namespace is not np:
            there = rebound(self._function, namespace)
            run = explained(there, [self._function], namespace)
            return run(*self._bound, *args, **self._with_preset(kwargs))
        return self.__wrapped__(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Bind as a method does."""
        if instance is None:
            return self
        bound = getattr(self.__wrapped__, "__get__", None)
        return self if bound is None else Differentiable(bound(instance, owner), self._wrt)

    def __repr__(self) -> str:
        return f"<differentiable {self.__wrapped__!r}>"

    def __reduce__(self) -> Any:
        return _by_reference, (self.__module__, self.__qualname__)

    # Derivatives

    def gradient(self, *args: Any, **kwargs: Any) -> Any:
        """The gradient with respect to `wrt` (the first parameter unless said otherwise).

        Returns:
            For one parameter its gradient, for several a tuple; each has the structure, shape and
            dtype of the argument.

        Raises:
            NotDifferentiable: an argument is an integer, a string or a function.
            UnsupportedSyntax: the function uses something that is not differentiated.
        """
        compiled, call, keywords, values = self._prepare("gradient", args, kwargs)
        found = compiled.run(*call, **keywords)
        if len(compiled.wrt) == 1:
            return compiled.finish(found, values[compiled.wrt[0]])
        return tuple(compiled.finish(g, values[n]) for g, n in zip(found, compiled.wrt, strict=True))

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """The value and the gradient, from one sweep forward and one back."""
        compiled, call, keywords, values = self._prepare("value_and_gradient", args, kwargs)
        value, found = compiled.run(*call, **keywords)
        if len(compiled.wrt) == 1:
            return value, compiled.finish(found, values[compiled.wrt[0]])
        return value, tuple(
            compiled.finish(g, values[n]) for g, n in zip(found, compiled.wrt, strict=True)
        )

    def vjp(self, *args: Any, **kwargs: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The value, and a pullback from its cotangent to those of the positional arguments.

        The pullback may be called many times. Its entries are `None` for what is not
        differentiable or not in `wrt`.
        """
        compiled, call, keywords, values = self._prepare("vjp", args, kwargs)
        value, pullback = compiled.run(*call, **keywords)
        names = self._parameter_names()[: len(call)][len(self._bound) :]
        wrt, shapes = compiled.wrt, {n: _spec(values[n]) for n in compiled.wrt}
        like, finish = _spec(value), compiled.finish

        def pull(cotangent: Any) -> tuple[Any, ...]:
            found = dict(zip(wrt, pullback(_cotangent(cotangent, like)), strict=True))
            return tuple(
                finish(found[name], shapes[name]) if name in found else None for name in names
            )

        return value, pull

    @property
    def source(self) -> str:
        """The generated source of the gradient, for arguments that are numbers or arrays."""
        return self.source_of("gradient")

    def source_of(self, mode: str = "gradient", wrt: Wrt = None, *args: Any) -> str:
        """The generated source in a mode (`gradient`, `value_and_gradient`, `vjp`).

        With arguments given, the source for their kinds; else for numbers or arrays.
        """
        emitted = self.emit(mode, wrt, args)
        return "\n\n".join(one.text for one in emitted.everything())

    def emit(self, mode: str = "gradient", wrt: Wrt = None, args: tuple[Any, ...] = ()) -> Emitted:
        """The emitted functions of a mode; see `source_of`."""
        lowered = self._lower()
        names = self._parameter_names()
        values = dict(zip(names, (*self._bound, *args), strict=False)) if args or self._bound else None
        kinds = default_kinds(lowered, {**(values or {}), **self._preset})
        wrt = self._wrt if wrt is None else wrt
        chosen = self._choose(wrt, mode, names)
        if chosen is None:
            chosen = tuple(name for name, kind in kinds if kind.differentiable)
        world = World(assume_arrays=not args, device=home.namespace_of(args) is not np)
        return derive(world.callees.of(self._function), mode, chosen, kinds, world)

    @functools.cached_property
    def everything(self) -> Differentiable:
        """The same function, differentiated with respect to all that can be."""
        return Differentiable(self.__wrapped__)

    def by_position(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments of a call in the order of the parameters, keyword ones included.

        Raises:
            TypeError: a keyword-only parameter is given; tensors are passed by position.
        """
        if not kwargs:
            return args
        bound = inspect.signature(self.__wrapped__).bind(*args, **kwargs)
        bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(
                f"{self.__name__}(): keyword-only arguments cannot be mixed with tensors yet"
            )
        return bound.args

    # Preparing

    def _lower(self) -> Function:
        if self._lowered is None:
            self._lowered = lowered_function(self._function)
        return self._lowered

    def _parameter_names(self) -> list[str]:
        return [p.name for p in self._lower().params]

    def _defaults(self) -> dict[str, Any]:
        return {p.name: p.default for p in self._lower().params if p.has_default}

    def _with_preset(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {**self._preset, **kwargs}

    def _prepare(
        self, mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[_Compiled, tuple[Any, ...], dict[str, Any], Mapping[str, Any]]:
        if not self._plain:
            args = (*self._bound, *args)
            kwargs = self._with_preset(kwargs)
        key = (mode, tuple([_key(a) for a in args]), tuple([(k, _key(v)) for k, v in kwargs.items()]))
        compiled = self._compiled.get(key)
        if compiled is None or not holds(compiled.guards):
            if has_tensor(args) or has_tensor(kwargs):
                args, kwargs = unwrapped(args), unwrapped(kwargs)
                return self._prepare_more(mode, args, kwargs)
            compiled = self._compile(mode, args, kwargs)
            self._compiled[key] = compiled
        values = {n: a for n, a in zip(self._parameter_names(), args, strict=False)}
        values = {**self._defaults(), **values, **kwargs}
        return compiled, args, kwargs, {n: _outline(values.get(n)) for n in compiled.wrt}

    def _prepare_more(self, mode: str, args: Any, kwargs: Any) -> Any:
        held, self._plain = self._plain, True
        try:
            return self._prepare(mode, args, kwargs)
        finally:
            self._plain = held

    def _compile(self, mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Compiled:
        with _lock:
            lowered = self._lower()
            signature = inspect.signature(self._function)
            values = signature.bind(*args, **kwargs).arguments
            kinds = default_kinds(lowered, values)
            names = self._parameter_names()
            first = len(self._bound)
            wrt = self._choose(self._wrt, mode, names)
            if wrt is None:
                given = names[first : len(args)]
                by_name = dict(kinds)
                wrt = tuple(n for n in given if by_name[n].differentiable)
            for name in wrt:
                _require_differentiable(name, values.get(name), self._function)
            namespace = home_of_call(self._function, args, kwargs)
            emitted = self._derive(mode, wrt, kinds, namespace is not np)
            origins = [one.origin for one in emitted.everything()]
            run = explained(function_of(emitted, namespace), origins, namespace)
            return _Compiled(run, emitted, wrt, guards_of(emitted), _finish_in(namespace))

    def _derive(
        self, mode: str, wrt: tuple[str, ...], kinds: ParameterKinds, device: bool
    ) -> Emitted:
        world = World(device=device)
        return derive(world.callees.of(self._function), mode, wrt, kinds, world)

    def raw_vjp(
        self, wanted: Sequence[int | str], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], dict[Any, Any]]]:
        """Value and pullback for emitted code, which found this function when it ran.

        Args:
            wanted: positions and keywords of the arguments to differentiate with respect to.
            args: the positional arguments.
            kwargs: the keyword arguments.

        Returns:
            The value, and a pullback to the cotangents in emitted code's own form.

        Raises:
            NotDifferentiable: the function writes into its arguments; that cannot be followed
                through a call of a function that is not known beforehand.
        """
        args = (*self._bound, *args)
        kwargs = self._with_preset(kwargs)
        first = len(self._bound)
        params = self._lower().params
        places: dict[int | str, tuple[str, int | str | None]] = {}
        names = {p.name for p in params if p.kind in ("ordinary", "keyword-only")}
        double = next((p.name for p in params if p.kind == "varkw"), None)
        positional = [p.name for p in params if p.kind in ("positional-only", "ordinary")]
        star = next((p.name for p in params if p.kind == "varargs"), None)
        for one in wanted:
            if isinstance(one, str):
                places[one] = (one, None) if one in names or double is None else (double, one)
            elif one + first < len(positional):
                places[one] = (positional[one + first], None)
            elif star is not None:
                places[one] = (star, one + first - len(positional))
            else:
                raise TypeError(f"{self.__name__}() takes {len(positional)} positional arguments")
        wrt = tuple(dict.fromkeys(name for name, _ in places.values()))
        key = ("raw", wrt, tuple(_key(a) for a in args), tuple((k, _key(v)) for k, v in kwargs.items()))
        compiled = self._compiled.get(key)
        if compiled is None or not holds(compiled.guards):
            compiled = self._compile_raw(wrt, args, kwargs)
            self._compiled[key] = compiled
        value, pullback = compiled.run(*args, **kwargs)

        def pull(g: Any) -> dict[int | str, Any]:
            found = dict(zip(wrt, pullback(g), strict=True))
            return {
                one: found[name] if place is None else found[name][place]
                for one, (name, place) in places.items()
            }

        return value, pull

    def _compile_raw(
        self, wrt: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> _Compiled:
        with _lock:
            values = inspect.signature(self._function).bind(*args, **kwargs).arguments
            kinds = default_kinds(self._lower(), values)
            namespace = home_of_call(self._function, args, kwargs)
            world = World(device=namespace is not np)
            callee = world.callees.of(self._function)
            if written_parameters(analyse(callee, kinds, world)):
                raise NotDifferentiable(
                    f"{self.__name__}() writes into its arguments, and is called where it is known "
                    "only at run time; call it by name, or let it return what it computes"
                )
            emitted = derive(callee, "vjp", wrt, kinds, world)
            origins = [one.origin for one in emitted.everything()]
            run = explained(function_of(emitted, namespace), origins, namespace)
            return _Compiled(run, emitted, wrt, guards_of(emitted), _finish_in(namespace))

    def _choose(self, wrt: Wrt, mode: str, names: list[str]) -> tuple[str, ...] | None:
        """The names of the parameters to differentiate with respect to; None: all that can be."""
        first = len(self._bound)
        free = [n for n in names[first:] if n not in self._preset]
        if wrt is None:
            return None if mode == "vjp" else tuple(free[:1])
        many = (wrt,) if isinstance(wrt, str | int) else tuple(wrt)
        chosen = []
        for one in many:
            if isinstance(one, int):
                if not -len(free) <= one < len(free):
                    raise TypeError(f"{self.__name__}() has no parameter number {one}")
                chosen.append(free[one])
            elif one in names:
                chosen.append(one)
            else:
                raise TypeError(f"{self.__name__}() has no parameter `{one}`")
        return tuple(chosen)


def _outline(value: Any) -> Any:
    """An argument as it is before the call: a function may change the lists that it gets."""
    if isinstance(value, list):
        return [_outline(v) for v in value]
    if isinstance(value, dict):
        return {k: _outline(v) for k, v in value.items()}
    return value


def _by_reference(module: str, qualname: str) -> Any:
    found: Any = __import__(module, fromlist=["_"])
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def _unwrap(function: Any) -> tuple[FunctionType, tuple[Any, ...], dict[str, Any]]:
    """A Python function with the arguments that a method, partial or callable object presets."""
    if isinstance(function, Differentiable):
        return function._function, function._bound, function._preset
    if isinstance(function, FunctionType):
        return original(function), (), {}
    if isinstance(function, types.MethodType):
        inner, bound, preset = _unwrap(function.__func__)
        return inner, (function.__self__, *bound), preset
    if isinstance(function, functools.partial):
        inner, bound, preset = _unwrap(function.func)
        return inner, (*bound, *function.args), {**preset, **function.keywords}
    if isinstance(function, staticmethod | classmethod):
        return _unwrap(function.__func__)
    call = getattr(type(function), "__call__", None)
    if isinstance(call, FunctionType) and not isinstance(function, type):
        return call, (function,), {}
    raise TypeError(
        f"{function!r} has no Python source to differentiate; "
        "wrap it in a function written in Python"
    )


def _key(value: Any) -> Any:
    """What of an argument decides which emission serves it."""
    kind = type(value)
    if kind is np.ndarray:
        return value.ndim, value.dtype.kind
    if kind in _PLAIN:
        return kind
    if hasattr(value, "ndim"):
        return kind, value.ndim, value.dtype.kind
    return kind, kind_of(value), id(home.namespace_of(value))


def _require_differentiable(name: str, value: Any, function: FunctionType) -> None:
    if value is not None and not kind_of(value).differentiable:
        shown = getattr(value, "dtype", type(value).__name__)
        raise NotDifferentiable(
            f"{function.__name__}() cannot be differentiated with respect to `{name}`: it is "
            f"{shown}, not a floating-point number or array; pass floats, or choose `wrt`"
        )


def _finish(found: Any, value: Any) -> Any:
    """A gradient as users get it: with the structure, shape and dtype of the argument."""
    if type(found) is np.ndarray and found.dtype == getattr(value, "dtype", None):
        if found.shape == value.shape and found.dtype.kind == "f":
            return found
    return restructure(found, value)


def _finish_in(namespace: types.ModuleType) -> Callable[[Any, Any], Any]:
    return _finish if namespace is np else home.bind_helpers(namespace)["restructure"]


def _spec(value: Any) -> Any:
    return value


def _cotangent(cotangent: Any, like: Any) -> Any:
    """The cotangent of a result, checked against its shape."""
    if hasattr(like, "shape") and np.shape(cotangent) != like.shape:
        raise ValueError(
            f"the cotangent has shape {np.shape(cotangent)}, and the value {like.shape}"
        )
    return cotangent


def grad(function: Any = None, /, *, wrt: Wrt = None) -> Any:
    """Make a function differentiable.

    Args:
        function: a function, lambda, method, partial or callable object with source.
        wrt: names or positions of the parameters to differentiate with respect to; the first one
            if not given.

    Returns:
        A `Differentiable`; without `function`, a decorator.

    >>> @grad
    ... def square(x):
    ...     return x * x
    >>> square(3.0), square.gradient(3.0)
    (9.0, 6.0)
    """
    if function is None:
        return functools.partial(grad, wrt=wrt)
    return Differentiable(function, wrt)


def gradient(function: Any, wrt: Wrt = None) -> Callable[..., Any]:
    """The gradient of an undecorated function, as a function of the same arguments.

    >>> gradient(lambda x, y: x * y, wrt="y")(3.0, 4.0)
    3.0
    """
    return _differentiable(function, wrt).gradient


def value_and_gradient(function: Any, wrt: Wrt = None) -> Callable[..., tuple[Any, Any]]:
    """Value and gradient of an undecorated function, as a function of the same arguments.

    >>> value_and_gradient(lambda x: x ** 3)(2.0)
    (8.0, 12.0)
    """
    return _differentiable(function, wrt).value_and_gradient


def vjp(
    function: Any, *args: Any, wrt: Wrt = None, **kwargs: Any
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of a function at some arguments, and its pullback there.

    >>> value, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pullback(1.0)
    (12.0, (4.0, 3.0))
    """
    return _differentiable(function, wrt).vjp(*args, **kwargs)


def _differentiable(function: Any, wrt: Wrt) -> Differentiable:
    if isinstance(function, Differentiable) and wrt is None:
        return function
    return Differentiable(function, wrt)


__all__ = [
    "Differentiable", "UnsupportedSyntax", "grad", "gradient", "value_and_gradient", "vjp",
]  # fmt: skip
