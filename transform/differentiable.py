"""What `@grad` makes of a function: a callable that also gives its derivatives and their source."""

from __future__ import annotations

import functools
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.errors import AdjointError
from adjoint.transform.acceptance import check_accepted
from adjoint.transform.analyses.kind import kind_of
from adjoint.transform.errors import UnsupportedSyntax
from adjoint.transform.guards import Guards, guards_of, holds
from adjoint.transform.homes import explained, home_of_call, rebound
from adjoint.transform.keys import PLAIN, key_of
from adjoint.transform.loading import function_of
from adjoint.transform.parameters import Parameters, Slot, parameters_of
from adjoint.transform.pipeline import (
    Emitted,
    World,
    analyse,
    default_kinds,
    derive,
    written_parameters,
)  # fmt: skip
from adjoint.transform.results import (
    arrays_in,
    finish,
    form,
    is_complex,
    outline,
    refuse_writes,
    require_differentiable,
    require_number,
    require_real,
    separate,
)  # fmt: skip
from adjoint.transform.seeds import seed_of
from adjoint.transform.tensors import call_with_tensors, has_tensor, refuse_tensor, unwrapped
from adjoint.transform.unwrap import Target, unwrap

Wrt = str | int | Sequence[str | int] | None
Pullback = Callable[[Any], tuple[Any, ...]]
_ATTRIBUTE = "__adjoint__"
_NUMBERS = frozenset({float, int, np.float64, np.float32})
_lock = threading.RLock()


@dataclass(frozen=True, slots=True)
class _Compiled:
    """An emitted function made ready for one combination of argument kinds.

    slots: what it is differentiated with respect to, in the order asked for. places: where these
    stand among the positional arguments, None for those that do not. wrt: the parameters of which
    the emitted function gives the cotangents, in order. entries: for each entry of what a pullback
    gives, the slot that it is of and the place within that. bare: whether there is one whole
    parameter. finish: makes what users get of a
    cotangent, given the argument that it is of. checked: whether the value may be complex, and is
    looked at. real: the position of the one argument to differentiate with respect to, where that
    is a number or array of floats and nothing needs to be looked at.
    """

    run: Callable[..., Any]
    source: str
    slots: tuple[Slot, ...]
    places: tuple[int | None, ...]
    wrt: tuple[str, ...]
    entries: tuple[tuple[int, int | str | None] | None, ...]
    parameters: Parameters
    bare: bool
    guards: Guards
    finish: Callable[[Any, Any], Any]
    checked: bool
    real: int | None


@dataclass(slots=True)
class _Kept:
    """What is known of one Python function, kept on the function itself.

    compiled: by what was asked for, then by the kinds of the arguments.
    """

    function: FunctionType | None
    compiled: dict[Any, dict[Any, _Compiled]]
    accepted: types.CodeType | None = None

    def __reduce__(self) -> Any:
        """Nothing of it goes into pickles of the function."""
        return _Kept, (None, {})


class Differentiable:
    """A function together with its derivatives.

    Calling it calls the function itself. `gradient`, `value_and_gradient` and `vjp` run emitted
    adjoints, which are written on first use and kept; `source` shows one.
    """

    def __init__(self, function: Callable[..., Any], wrt: Wrt = None) -> None:
        target, bound, preset = unwrap(function)
        named = function if hasattr(function, "__name__") else target
        functools.update_wrapper(self, named)  # type: ignore[arg-type]
        vars(self).pop(_ATTRIBUTE, None)
        self.__wrapped__ = function
        self._function = target
        self._kept = _kept(target)
        self._wrt = _checked_wrt(wrt)
        self._bound = bound
        self._preset = preset
        self._own = bool(bound or preset)
        self._compiled = self._compiled_for(bound, preset)
        self._methods: dict[Any, _Compiled] | None = None  # those of what it binds to
        self._asked(self._wrt, "vjp", parameters_of(target))  # what it names must exist

    def _target(self) -> Target:
        return self._function, self._bound, self._preset

    def _compiled_for(
        self, bound: tuple[Any, ...], preset: dict[str, Any]
    ) -> dict[Any, _Compiled]:
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
        values = self._values(compiled, args, kwargs)
        found = compiled.run(*args, **kwargs)
        if compiled.checked:
            require_real(found[0])
            found = found[1]
        return _finished(compiled, found, values)

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """The value and the gradient, from one sweep forward and one back."""
        compiled = None if kwargs or self._own else self._known("value_and_gradient", args)
        if compiled is None:
            compiled, args, kwargs = self._ready("value_and_gradient", None, args, kwargs)
        values = self._values(compiled, args, kwargs)
        value, found = compiled.run(*args, **kwargs)
        require_real(value)
        return value, _finished(compiled, found, values)

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
            return tuple([None if entry is None else _entry(found, *entry) for entry in entries])

        return value, pullback

    def vjp_at(
        self, wanted: tuple[int | str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Pullback, str]:
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
            return dict(zip(wanted, _picked(compiled, pullback(g)), strict=True))

        return value, pull

    @property
    def source(self) -> str:
        """The generated source of the gradient, for arguments that are numbers or arrays."""
        return self.source_of("gradient")

    def source_of(self, mode: str = "gradient", wrt: Wrt = None, *args: Any) -> str:
        """The generated source in a mode (`gradient`, `value_and_gradient`, `vjp`).

        With arguments given, the source for their kinds; else for numbers or arrays.
        """
        return _source(self.emit(mode, wrt, args))

    def emit(self, mode: str = "gradient", wrt: Wrt = None, args: tuple[Any, ...] = ()) -> Emitted:
        """The emitted functions of a mode; see `source_of`."""
        world = World(assume_arrays=not args, device=home.namespace_of(args) is not np)
        callee = world.callees.of(self._function)
        names = [p.name for p in callee.function.params]
        values = dict(zip(names, (*self._bound, *args), strict=False))
        kinds = default_kinds(callee.function, {**values, **self._preset})
        asked = self._wrt if wrt is None else _checked_wrt(wrt)
        slots = self._asked(asked, mode, parameters_of(self._function))
        if slots is None:
            chosen = tuple(name for name, kind in kinds if kind.differentiable)
        else:
            chosen = tuple(dict.fromkeys(slot.parameter for slot in slots))
        return derive(callee, mode, chosen, kinds, world)

    # Preparing

    def _known(self, mode: str, args: tuple[Any, ...]) -> _Compiled | None:
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
    ) -> tuple[_Compiled, tuple[Any, ...], dict[str, Any]]:
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
    ) -> _Compiled:  # fmt: skip
        keys = [mode] if wanted is None else [mode, wanted]
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
    ) -> _Compiled:  # fmt: skip
        parameters = parameters_of(self._function)
        values = parameters.bind(args, kwargs)
        for name, parameter in parameters.signature.parameters.items():
            if name not in values:
                refuse_tensor(parameter.default, f"{self.__name__}")
        slots = self._slots(wanted, mode, parameters, args)
        for slot in slots if wanted is None else ():
            require_differentiable(slot, parameters.value(slot, args, kwargs), self._function)
        wrt = tuple(dict.fromkeys(slot.parameter for slot in slots))
        namespace = home_of_call(self._function, args, kwargs)
        world = World(device=namespace is not np)
        callee = world.callees.of(self._function)
        kinds = default_kinds(callee.function, values)
        analysis = analyse(callee, kinds, world)
        if mode in ("raw", "graph"):
            written = written_parameters(analysis)
            refuse_writes(self.__name__, written, None if mode == "raw" else wrt)
        if mode in ("gradient", "value_and_gradient"):
            require_number(self.__name__, analysis.returns)
        checked = mode == "gradient" and any(map(is_complex, values.values()))
        emission = {"raw": "vjp", "graph": "vjp"}.get(mode, mode)
        emitted = derive(callee, "value_and_gradient" if checked else emission, wrt, kinds, world)
        guards = guards_of(world.callees)
        origins = [one.origin for one in emitted.everything()]
        places = tuple(parameters.position(slot, len(args)) for slot in slots)
        real = places[0] if len(slots) == 1 and slots[0].inside is None and not checked else None
        if real is not None and (namespace is not np or not _is_real(args[real])):
            real = None
        return _Compiled(
            explained(function_of(emitted, namespace), origins, namespace),
            _source(emitted),
            slots,
            places,
            wrt,
            _entries(slots, parameters, len(self._bound), len(args)),
            parameters,
            slots[0].inside is None if len(slots) == 1 else False,
            guards,
            finish if namespace is np else home.bind_helpers(namespace)["restructure"],
            checked,
            real,
        )

    def _slots(
        self, wanted: tuple[int | str, ...] | None, mode: str, parameters: Parameters,
        args: tuple[Any, ...],
    ) -> tuple[Slot, ...]:  # fmt: skip
        """What a call is differentiated with respect to."""
        if wanted is not None:
            return tuple(
                parameters.at_name(one) if isinstance(one, str) else parameters.at_position(one)
                for one in wanted
            )
        asked = self._asked(self._wrt, mode, parameters)
        if asked is not None:
            return asked
        given = range(len(self._bound), len(args))
        return tuple(parameters.at_position(i) for i in given if kind_of(args[i]).differentiable)

    def _asked(self, wrt: Wrt, mode: str, parameters: Parameters) -> tuple[Slot, ...] | None:
        """The slots that `wrt` names; None: all that can be."""
        if wrt is None:
            return None if mode == "vjp" else (self._at_number(0, parameters),)
        many = (wrt,) if isinstance(wrt, str | int) else wrt
        return tuple(
            parameters.at_name(one) if isinstance(one, str) else self._at_number(one, parameters)
            for one in many
        )

    def _at_number(self, number: int, parameters: Parameters) -> Slot:
        """A parameter by its position among those that are left to be given."""
        first = len(self._bound)
        named = set(parameters.positional[:first]) | set(self._preset)
        left = [name for name in parameters.ordinary() if name not in named]
        positional = [name for name in left if name in parameters.positional]
        if parameters.star is not None and number >= len(positional):
            begin = max(0, first - len(parameters.positional))
            return Slot(parameters.star, begin + number - len(positional))
        if not -len(left) <= number < len(left):
            raise TypeError(
                f"{self.__name__}() has no parameter number {number} to differentiate with "
                "respect to"
            )
        return Slot(left[number])

    def _values(
        self, compiled: _Compiled, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[Any]:
        """The arguments of which cotangents are given, as they are before the call."""
        return [
            outline(compiled.parameters.value(slot, args, kwargs) if place is None else args[place])
            for slot, place in zip(compiled.slots, compiled.places, strict=True)
        ]

    def _pulled(
        self, compiled: _Compiled, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Callable[[Any], list[Any]]]:
        """The value, and a pullback to what users get for each slot."""
        values = [form(v) for v in self._values(compiled, args, kwargs)]
        value, pullback = compiled.run(*args, **kwargs)
        like, finish = form(outline(value)), compiled.finish

        def pull(cotangent: Any) -> list[Any]:
            seed = seed_of(cotangent, like)
            found = _picked(compiled, pullback(seed))
            made = [finish(one, v) for one, v in zip(found, values, strict=True)]
            if len(made) == 1 and type(cotangent) in _NUMBERS and type(made[0]) in PLAIN:
                return made
            return list(separate(made, arrays_in(cotangent)))

        return value, pull


def _finished(compiled: _Compiled, found: Any, values: list[Any]) -> Any:
    """The gradient in the form that users get: bare for one `wrt`, else a tuple."""
    if compiled.bare:
        made = compiled.finish(found, values[0])
        return made if type(made) in PLAIN else separate(made, [])
    parts = _picked(compiled, (found,) if len(compiled.wrt) == 1 else found)
    made = tuple([compiled.finish(one, v) for one, v in zip(parts, values, strict=True)])
    separated = separate(made, [])
    return separated[0] if len(made) == 1 else separated


def _picked(compiled: _Compiled, found: Sequence[Any]) -> list[Any]:
    """For each slot its cotangent, of the cotangents of the parameters."""
    by_name = dict(zip(compiled.wrt, found, strict=True))
    return [
        by_name[name] if inside is None else by_name[name][inside]
        for name, inside in compiled.slots
    ]


def _entries(slots: tuple[Slot, ...], parameters: Parameters, first: int, count: int) -> Any:
    """For each entry of what a pullback gives: the slot that it is of, and the place within it."""
    positional = parameters.positional
    reach = [positional.index(s.parameter) + 1 for s in slots if s.parameter in positional]
    filled = [parameters.at_position(i) for i in range(first, max(count, *reach, 0))]
    entries: list[tuple[int, Any] | None] = []
    for slot in filled:
        whole = Slot(slot.parameter)
        if slot in slots:
            entries.append((slots.index(slot), None))
        else:
            entries.append((slots.index(whole), slot.inside) if whole in slots else None)
    known = (parameters.star, *positional)
    entries += [(i, None) for i, s in enumerate(slots) if s.parameter not in known]
    return tuple(entries)


def _kept(fn: FunctionType) -> _Kept:
    kept = vars(fn).get(_ATTRIBUTE)
    if kept is None or kept.function is not fn:  # `functools.wraps` copies attributes
        kept = _Kept(fn, {})
        setattr(fn, _ATTRIBUTE, kept)
    return kept


def _entry(found: list[Any], slot: int, inside: int | str | None) -> Any:
    return found[slot] if inside is None else found[slot][inside]


def _is_real(value: Any) -> bool:
    return type(value) is float or (type(value) is np.ndarray and value.dtype.kind == "f")


def _from_emitted(trace: types.TracebackType | None) -> types.TracebackType | None:
    """A traceback without our own frames above emitted code, if it was reached."""
    inner = trace
    while inner is not None:
        if inner.tb_frame.f_code.co_filename.startswith("<adjoint:"):
            return inner
        inner = inner.tb_next
    return trace


def _source(emitted: Emitted) -> str:
    return "\n\n".join(one.text for one in emitted.everything())


def _checked_wrt(wrt: Wrt) -> str | int | tuple[str | int, ...] | None:
    many = (wrt,) if isinstance(wrt, str | int) or wrt is None else tuple(wrt)
    for one in many:
        if isinstance(one, bool) or not isinstance(one, str | int | None):
            raise TypeError(f"`wrt` takes names and positions of parameters, not {one!r}")
    return many if isinstance(wrt, Sequence) and not isinstance(wrt, str) else wrt


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
