"""What `@grad` makes of a function: a callable that also gives its derivatives and their source."""

from __future__ import annotations

import functools
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.errors import AdjointError
from adjoint.transform.acceptance import check_accepted
from adjoint.transform.analyses.kind import kind_of
from adjoint.transform.compiled import (
    ATTRIBUTE,
    Compiled,
    compile_call,
    finished,
    kept_on,
    picked,
    source_text,
    values_of,
)  # fmt: skip
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.guards import holds
from adjoint.transform.homes import explained, rebound
from adjoint.transform.keys import PLAIN, key_of
from adjoint.transform.parameters import Parameters, Slot, Wrt, checked_wrt, parameters_of
from adjoint.transform.pipeline import derive
from adjoint.transform.results import (
    arrays_in,
    finish,
    form,
    outline,
    require_real,
    separate,
)  # fmt: skip
from adjoint.transform.seeds import seed_of
from adjoint.transform.tensors import call_with_tensors, has_tensor, unwrapped
from adjoint.transform.unwrap import Target, unwrap
from adjoint.transform.world import Emitted, World, default_kinds

Pullback = Callable[[Any], tuple[Any, ...]]
_NUMBERS = frozenset({float, int, np.float64, np.float32})
_lock = threading.RLock()


class Differentiable:
    """A function together with its derivatives.

    Calling it calls the function itself. `gradient`, `value_and_gradient` and `vjp` run emitted
    adjoints, which are written on first use and kept; `source` shows one.
    """

    __name__: str
    __qualname__: str

    def __init__(self, function: Callable[..., Any], wrt: Wrt = None) -> None:
        target, bound, preset = unwrap(function)
        named = function if hasattr(function, "__name__") else target
        functools.update_wrapper(self, named)
        vars(self).pop(ATTRIBUTE, None)
        self.__wrapped__ = function
        self._function = target
        self._kept = kept_on(target)
        self._wrt = checked_wrt(wrt)
        self._bound = bound
        self._preset = preset
        self._own = bool(bound or preset)
        self._compiled = self._compiled_for(bound, preset)
        self._methods: dict[Any, Compiled] | None = None  # those of what it binds to
        self._slots(self._wrt, "vjp", parameters_of(target))  # what it names must exist

    def _target(self) -> Target:
        return self._function, self._bound, self._preset

    def _compiled_for(
        self, bound: tuple[Any, ...], preset: dict[str, Any]
    ) -> dict[Any, Compiled]:
        """The emissions for calls of which some arguments are preset, by kinds of all arguments."""
        form = (self._wrt, len(bound), tuple(preset))
        return self._kept.compiled.setdefault(form, {})

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's own value; with tensors among the arguments, a tensor in the graph."""
        if not (kwargs or self._own):
            for a in args:
                if type(a) not in PLAIN:
                    break
            else:
                return self.__wrapped__(*args)
        if self._own:
            full, named = (*self._bound, *args), {**self._preset, **kwargs}
        else:
            full, named = args, kwargs
        if has_tensor(full) or has_tensor(named):
            try:
                return call_with_tensors(self, full, named)
            except Exception as error:
                raise error.with_traceback(_from_emitted(error.__traceback__))  # noqa: B904
        if home.namespace_of(full, named) is not np:
            return self.plain_value(full, named)
        return self.__wrapped__(*args, **kwargs)

    def plain_value(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The function's value, where all its arguments and no tensors are given."""
        namespace = home.namespace_of(args, kwargs)
        there = rebound(self._function, namespace)
        return explained(there, [self._function], namespace)(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Bind as a method does."""
        wrapped = self.__wrapped__
        bind = getattr(wrapped, "__get__", None)
        of_class = isinstance(wrapped, staticmethod | classmethod)
        if bind is None or (instance is None and not of_class):
            return self
        method = bind(instance, owner)
        if method is wrapped or not isinstance(method, types.MethodType | Differentiable):
            return self
        bound = object.__new__(type(self))
        vars(bound).update(vars(self))
        bound.__wrapped__ = method
        if isinstance(method, types.MethodType):
            bound._bound = (method.__self__, *self._bound)
        else:
            bound._bound = method._bound
        bound._own = True
        if self._methods is None:
            self._methods = self._compiled_for(bound._bound, self._preset)
        bound._compiled, bound._methods = self._methods, None
        return bound

    def __repr__(self) -> str:
        return f"<differentiable {self.__wrapped__!r}>"

    def __reduce__(self) -> Any:
        wrapped = self.__wrapped__
        if isinstance(wrapped, types.MethodType):
            name = getattr(wrapped, "__name__", "")
            if isinstance(getattr(wrapped.__self__, name, None), Differentiable):
                return getattr, (wrapped.__self__, name)
        elif self._is_public():
            return self.__qualname__  # by reference, as a function
        return type(self), (wrapped, self._wrt)

    def _is_public(self) -> bool:
        """Whether the name of the function leads to this very object, as decorated ones' does."""
        found: Any = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        return found is self

    # Derivatives

    def gradient(self, *args: Any, **kwargs: Any) -> Any:
        """The gradient with respect to `wrt` (the first parameter unless said otherwise).

        Returns:
            For one parameter its gradient, for several a tuple; each has the structure, shape and
            dtype of the argument. Tensors are taken as their arrays.

        Raises:
            NotDifferentiable: an argument is an integer, a string or a function.
            UnsupportedSyntax: the function uses something that is not differentiated.
            TypeError: the result is not a single real number.
        """
        compiled = None if kwargs or self._own else self._known("gradient", args)
        if compiled is not None and compiled.real is not None:
            value = args[compiled.real]
            found = compiled.run(*args)
            if type(found) is np.ndarray and found.dtype is value.dtype:
                if found.shape == value.shape and 0 not in found.strides:
                    return found
            elif type(found) is float is type(value):
                return found
            return finish(found, value)
        if compiled is None:
            compiled, args, kwargs = self._ready("gradient", None, args, kwargs)
        values = values_of(compiled, args, kwargs)
        found = compiled.run(*args, **kwargs)
        if compiled.checked:
            require_real(found[0])
            found = found[1]
        return finished(compiled, found, values)

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """The value and the gradient, from one sweep forward and one back."""
        compiled = None if kwargs or self._own else self._known("value_and_gradient", args)
        if compiled is None:
            compiled, args, kwargs = self._ready("value_and_gradient", None, args, kwargs)
        values = values_of(compiled, args, kwargs)
        value, found = compiled.run(*args, **kwargs)
        require_real(value)
        return value, finished(compiled, found, values)

    def vjp(self, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
        """The value, and a pullback from its cotangent to those of the positional arguments.

        The pullback may be called many times. Its entries are `None` for what is not
        differentiable or not in `wrt`. An argument in `wrt` that is given by keyword has its entry
        at its place among the parameters.
        """
        compiled, full, named = self._ready("vjp", None, args, kwargs)
        value, pull = self._pulled(compiled, full, named)
        entries = compiled.entries

        def pullback(cotangent: Any) -> tuple[Any, ...]:
            found = pull(cotangent)
            return tuple([_part(found, entry) for entry in entries])

        return value, pullback

    def vjp_at(
        self, wanted: tuple[int | str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], list[Any]], str]:
        """The value, a pullback to chosen arguments alone, and the emitted source.

        Args:
            wanted: positions and keywords of the arguments to differentiate with respect to.
            args: all positional arguments, those that a method or partial presets included.
            kwargs: all keyword arguments.

        Raises:
            NotDifferentiable: the function writes into its arguments.
        """
        compiled = self._find("graph", wanted, args, kwargs)
        value, pull = self._pulled(compiled, args, kwargs)
        return value, pull, compiled.source

    def raw_vjp(
        self, wanted: Sequence[int | str], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], dict[int | str, Any]]]:
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
        first = len(self._bound)
        chosen = tuple(one if isinstance(one, str) else one + first for one in wanted)
        args, kwargs = (*self._bound, *args), {**self._preset, **kwargs}
        compiled = self._find("raw", chosen, args, kwargs)
        value, pullback = compiled.run(*args, **kwargs)

        def pull(g: Any) -> dict[int | str, Any]:
            return dict(zip(wanted, picked(compiled, pullback(g)), strict=True))

        return value, pull

    @property
    def source(self) -> str:
        """The generated source of the gradient, for arguments that are numbers or arrays."""
        return self.source_of("gradient")

    def source_of(self, mode: str = "gradient", wrt: Wrt = None, *args: Any) -> str:
        """The generated source in a mode (`gradient`, `value_and_gradient`, `vjp`).

        With arguments given, the source for their kinds; else for numbers or arrays.
        """
        return source_text(self.emit(mode, wrt, args))

    def emit(self, mode: str = "gradient", wrt: Wrt = None, args: tuple[Any, ...] = ()) -> Emitted:
        """The emitted functions of a mode; see `source_of`."""
        world = World(assume_arrays=not args, device=home.namespace_of(args) is not np)
        callee = world.callees.of(self._function)
        names = [p.name for p in callee.function.params]
        values = dict(zip(names, (*self._bound, *args), strict=False))
        kinds = default_kinds(callee.function, {**values, **self._preset})
        asked = self._wrt if wrt is None else checked_wrt(wrt)
        slots = self._slots(asked, mode, parameters_of(self._function))
        if slots is None:
            chosen = tuple(name for name, kind in kinds if kind.differentiable)
        else:
            chosen = tuple(dict.fromkeys(slot.parameter for slot in slots))
        return derive(callee, mode, chosen, kinds, world)

    # Preparing

    def _known(self, mode: str, args: tuple[Any, ...]) -> Compiled | None:
        """What serves a call of numbers and arrays alone, if it was emitted and still holds."""
        key: list[Any] = [mode]
        for a in args:
            kind = type(a)
            if kind is np.ndarray:
                key.append((a.ndim, a.dtype.kind))
            elif kind in PLAIN:
                key.append(kind)
            else:
                return None
        compiled = self._compiled.get(tuple(key))
        return compiled if compiled is not None and holds(compiled.guards) else None

    def _ready(
        self, mode: str, wanted: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Compiled, tuple[Any, ...], dict[str, Any]]:
        """What serves a call, and all its arguments."""
        if self._own:
            args, kwargs = (*self._bound, *args), {**self._preset, **kwargs}
        for a in (*args, *kwargs.values()) if kwargs else args:
            if type(a) not in PLAIN:
                if has_tensor(args) or has_tensor(kwargs):
                    args = tuple(map(unwrapped, args))
                    kwargs = {k: unwrapped(v) for k, v in kwargs.items()}
                break
        return self._find(mode, wanted, args, kwargs), args, kwargs

    def _find(
        self, mode: str, wanted: tuple[int | str, ...] | None, args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Compiled:  # fmt: skip
        keys: list[Any] = [mode] if wanted is None else [mode, wanted]
        keys += map(key_of, args)
        if kwargs:
            keys += [(name, key_of(value)) for name, value in kwargs.items()]
        key = tuple(keys)
        compiled = self._compiled.get(key)
        if compiled is None or not holds(compiled.guards):
            with _lock:
                compiled = self._compiled.get(key)  # another thread may have been faster
                if compiled is None or not holds(compiled.guards):
                    try:
                        compiled = self._compile(mode, wanted, args, kwargs)
                    except AdjointError as error:  # it points at the user's line; ours say nothing
                        raise error.with_traceback(None)  # noqa: B904 - the cause is kept
                    self._compiled[key] = compiled
        return compiled

    def _compile(
        self, mode: str, wanted: tuple[int | str, ...] | None, args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Compiled:  # fmt: skip
        parameters, first = parameters_of(self._function), len(self._bound)
        slots: tuple[Slot, ...] | None
        if wanted is not None:
            slots = tuple(
                parameters.at_name(one) if isinstance(one, str) else parameters.at_position(one)
                for one in wanted
            )
        else:
            slots = self._slots(self._wrt, mode, parameters)
        if slots is None:
            parameters.bind(args, kwargs)
            given = [i for i in range(first, len(args)) if kind_of(args[i]).differentiable]
            slots = tuple(map(parameters.at_position, given))
        return compile_call(self._function, mode, slots, parameters, first, args, kwargs)

    def _slots(self, wrt: Wrt, mode: str, parameters: Parameters) -> tuple[Slot, ...] | None:
        """What to differentiate with respect to; None: all that can be."""
        if wrt is None and mode == "vjp":
            return None
        return parameters.chosen(0 if wrt is None else wrt, len(self._bound), self._preset)

    def _pulled(
        self, compiled: Compiled, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], list[Any]]]:
        """The value, and a pullback to what users get for each slot."""
        values = [form(v) for v in values_of(compiled, args, kwargs)]
        value, pullback = compiled.run(*args, **kwargs)
        like, finish = form(outline(value)), compiled.finish

        def pull(cotangent: Any) -> list[Any]:
            seed = seed_of(cotangent, like)
            found = picked(compiled, pullback(seed))
            made = [finish(one, v) for one, v in zip(found, values, strict=True)]
            if len(made) == 1 and type(cotangent) in _NUMBERS and type(made[0]) in PLAIN:
                return made
            return list(separate(made, arrays_in(cotangent)))

        return value, pull


def _part(found: list[Any], entry: tuple[int, Any] | None) -> Any:
    """One entry of what a pullback gives."""
    if entry is None:
        return None
    slot, inside = entry
    return found[slot] if inside is None else found[slot][inside]


def _from_emitted(trace: types.TracebackType | None) -> types.TracebackType | None:
    """A traceback without our own frames above emitted code, if it was reached."""
    inner = trace
    while inner is not None:
        if inner.tb_frame.f_code.co_filename.startswith("<adjoint:"):
            return inner
        inner = inner.tb_next
    return trace


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
    return _accepted(Differentiable(function, wrt))


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
    return _accepted(Differentiable(function, wrt))


def _accepted(made: Differentiable) -> Differentiable:
    """Refuse at once what is refused, the first time that a function is seen."""
    kept, code = made._kept, made._function.__code__
    if kept.accepted is not code:
        try:
            check_accepted(made._function)
        except AdjointError as error:  # it points at the user's line; ours say nothing
            raise error.with_traceback(None)  # noqa: B904 - the cause is kept
        kept.accepted = code
    return made


__all__ = [
    "Differentiable", "UnsupportedSyntax", "grad", "gradient", "value_and_gradient", "vjp",
]  # fmt: skip
