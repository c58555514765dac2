"""What `@grad` makes of a function: a callable that also gives its derivatives and their source."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adjoint.runtime import home
from adjoint.runtime.eager_anomaly import STATE as ANOMALY
from adjoint.runtime.tracebacks import rewrite, rewritten
from adjoint.transform.again import with_cells_where_needed
from adjoint.transform.analyses.complexes import complexes
from adjoint.transform.compiled import Compiled, source_text
from adjoint.transform.derived import body_behind, callee_behind
from adjoint.transform.emissions import Asked, find
from adjoint.transform.entries import Pull, by_entry
from adjoint.transform.finishing import finished, picked, pulled, values_of
from adjoint.transform.forward.pushing import pushed, pushed_again, raw_pushed
from adjoint.transform.homes import explained, rebound
from adjoint.transform.kept import ATTRIBUTE, kept_on
from adjoint.transform.keys import PLAIN
from adjoint.transform.modes import FORWARD, derive
from adjoint.transform.parameters import Wrt, checked_wrt, parameters_of
from adjoint.transform.passes.pipeline import ALL, Passes
from adjoint.transform.results import outline, require_real
from adjoint.transform.tensors import call_with_tensors, has_tensor, unwrapped
from adjoint.transform.unwrap import Target, unwrap
from adjoint.transform.used_as import as_used
from adjoint.transform.world import Emitted, World, default_kinds

Pullback = Callable[[Any], tuple[Any, ...]]


class Differentiable:
    """A function together with its derivatives.

    Calling it calls the function itself. `gradient`, `value_and_gradient` and `vjp` run emitted
    adjoints, which are written on first use and kept; `source` shows one. `passes` are the names of
    the rewrites that are made on the way (`transform.passes.pipeline`): to leave one out changes
    the source, and no number.
    """

    __name__: str
    __qualname__: str

    def __init__(
        self, function: Callable[..., Any], wrt: Wrt = None, passes: Passes = ALL
    ) -> None:
        target, bound, preset = unwrap(function)
        named = function if hasattr(function, "__name__") else target
        functools.update_wrapper(self, named)
        vars(self).pop(ATTRIBUTE, None)
        self.__wrapped__ = function
        self._asked = Asked(target, checked_wrt(wrt), bound, preset, passes)
        self._own = bool(bound or preset)
        self._compiled = _known(self._asked)
        self._methods: dict[Any, Compiled] | None = None  # those of what it binds to
        self._last: dict[str, Compiled] = {}  # what served the last call in each mode
        self._asked.slots(self._asked.wrt, "vjp", parameters_of(target))  # these must exist

    def _target(self) -> Target:
        return self._asked.function, self._asked.bound, self._asked.preset

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's own value; with tensors among the arguments, a tensor in the graph."""
        if not self._own:
            for a in args:
                if type(a) not in PLAIN:
                    break
            else:
                if not kwargs:
                    return self.__wrapped__(*args)
                if PLAIN.issuperset(map(type, kwargs.values())):
                    return self.__wrapped__(*args, **kwargs)
        if self._own:
            full, named = self._all(args, kwargs)
        else:
            full, named = args, kwargs
        if has_tensor(full) or has_tensor(named):
            try:
                return call_with_tensors(self, full, named)
            except BaseException as error:
                rewrite(error)
                raise
        if home.namespace_of(full, named) is not np:
            return self.plain_value(full, named)
        return self.__wrapped__(*args, **kwargs)

    def plain_value(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The function's value, where all its arguments and no tensors are given."""
        namespace = home.namespace_of(args, kwargs)
        function = self._asked.function
        return explained(rebound(function, namespace), [function], namespace)(*args, **kwargs)

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
            preset = (method.__self__, *self._asked.bound)
        else:
            preset = method._asked.bound
        bound._asked, bound._own = replace(self._asked, bound=preset), True
        if self._methods is None:
            self._methods = _known(bound._asked)
        bound._compiled, bound._methods, bound._last = self._methods, None, {}
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
        return type(self), (wrapped, self._asked.wrt, self._asked.passes)

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
        try:
            last = self._last.get("gradient")
            if last is not None and not ANOMALY[0] and not kwargs and last.serves(args):
                return last.answer(last.run(*args), args)
            compiled, args, kwargs = self._ready("gradient", args, kwargs)
            values = list(map(outline, values_of(compiled, args, kwargs)))
            found = compiled.run(*args, **kwargs)
            if compiled.checked:
                require_real(found[0])
                found = found[1]
            return finished(compiled, found, values)
        except BaseException as error:
            rewrite(error)
            raise

    def value_and_gradient(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """The value and the gradient, from one sweep forward and one back."""
        try:
            last = self._last.get("value_and_gradient")
            if last is not None and not ANOMALY[0] and not kwargs and last.serves(args):
                value, found = last.run(*args)
                require_real(value)
                return value, last.answer(found, args)
            compiled, args, kwargs = self._ready("value_and_gradient", args, kwargs)
            values = list(map(outline, values_of(compiled, args, kwargs)))
            value, found = compiled.run(*args, **kwargs)
            require_real(value)
            return value, finished(compiled, found, values)
        except BaseException as error:
            rewrite(error)
            raise

    def vjp(self, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
        """The value, and a pullback from its cotangent to those of the positional arguments.

        The pullback may be called many times. Its entries are `None` for what is not
        differentiable or not in `wrt`. An argument in `wrt` that is given by keyword has its entry
        at its place among the parameters.
        """
        try:
            last = self._last.get("vjp")
            if last is not None and not ANOMALY[0] and not kwargs and last.serves(args):
                compiled = last
            else:
                compiled, args, kwargs = self._ready("vjp", args, kwargs)
            value, pull = pulled(compiled, args, kwargs)
            return value, by_entry(pull, compiled.entries)
        except BaseException as error:
            rewrite(error)
            raise

    def jvp(self, args: Sequence[Any], tangents: Sequence[Any], **kwargs: Any) -> tuple[Any, Any]:
        """The value, and its tangent along the tangents of the positional arguments.

        Args:
            args: the positional arguments.
            tangents: for each its tangent, in its structure and shape; None for none.
            kwargs: the keyword arguments, which have no tangents.

        Raises:
            NotDifferentiable: an argument with a tangent is an integer, a string or a function.
            UnsupportedSyntax: the function uses something that is not differentiated.
            TypeError: there is not one tangent, or None, for each argument.
            ValueError: a tangent does not have the shape of its argument.
        """
        try:
            if len(args) != len(tangents):
                raise TypeError(
                    f"{self.__name__}.jvp: {len(tangents)} tangents for {len(args)} arguments; "
                    "give None for an argument that has none"
                )
            last = self._last.get(FORWARD)
            if last is not None and not kwargs and last.serves(tuple(args)):
                again = pushed_again(last, tuple(args), tangents)
                if again is not None:
                    return again
            full, named = self._all(tuple(args), kwargs)
            full, named = tuple(map(unwrapped, full)), {k: unwrapped(v) for k, v in named.items()}
            found, compiled = pushed(self._asked, self._compiled, full, tangents, named)
            if not self._own:
                self._last[FORWARD] = compiled
            return found
        except BaseException as error:
            rewrite(error)
            raise

    @rewritten
    def jacobian(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian with respect to `wrt`; see `adjoint.jacobian`."""
        from adjoint.transform.jacobians import jacobian_of  # noqa: PLC0415 - it makes these

        return jacobian_of(self, args, kwargs, None)

    @rewritten
    def hessian(self, *args: Any, **kwargs: Any) -> Any:
        """The Hessian with respect to `wrt`; see `adjoint.hessian`."""
        from adjoint.transform.jacobians import hessian_of  # noqa: PLC0415

        return hessian_of(self, args, kwargs, None)

    @rewritten
    def hvp(self, args: tuple[Any, ...], vector: Any, **kwargs: Any) -> Any:
        """The product of the Hessian and a vector; see `adjoint.hvp`."""
        from adjoint.transform.jacobians import product_of  # noqa: PLC0415

        return product_of(self, args, vector, kwargs, None)

    def vjp_at(
        self, wanted: tuple[int | str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Pull, str]:
        """The value, a pullback to chosen arguments alone, and the emitted source.

        Args:
            wanted: positions and keywords of the arguments to differentiate with respect to.
            args: all positional arguments, those that a method or partial presets included.
            kwargs: all keyword arguments.

        Raises:
            NotDifferentiable: the function writes into its arguments.
        """
        compiled = find(self._asked, self._compiled, "graph", wanted, args, kwargs)
        value, pull = pulled(compiled, args, kwargs)
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
        first = len(self._asked.bound)
        chosen = tuple(one if isinstance(one, str) else one + first for one in wanted)
        args, kwargs = self._all(args, kwargs)
        compiled = find(self._asked, self._compiled, "raw", chosen, args, kwargs)
        value, pullback = compiled.run(*args, **kwargs)

        def pull(g: Any) -> dict[int | str, Any]:
            return dict(zip(wanted, picked(compiled, pullback(g)), strict=True))

        return value, pull

    def raw_jvp(
        self, given: Mapping[int | str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, Any]:
        """Value and tangent for emitted code, which found this function when it ran.

        Args:
            given: the tangents of arguments, by position or keyword, in emitted code's own form.
            args: the positional arguments.
            kwargs: the keyword arguments.

        Raises:
            NotDifferentiable: the function writes into its arguments.
        """
        first = len(self._asked.bound)
        chosen = {one if isinstance(one, str) else one + first: t for one, t in given.items()}
        args, kwargs = self._all(args, kwargs)
        return raw_pushed(self._asked, self._compiled, chosen, args, kwargs)

    @property
    @rewritten
    def source(self) -> str:
        """The generated source of the gradient, for arguments that are numbers or arrays."""
        return self.source_of("gradient")

    @rewritten
    def source_of(self, mode: str = "gradient", wrt: Wrt = None, *args: Any) -> str:
        """The generated source in a mode (`gradient`, `value_and_gradient`, `vjp`, `jvp`).

        With arguments given, the source for their kinds; else for numbers or arrays.
        """
        return source_text(self.emit(mode, wrt, args))

    @rewritten
    def emit(self, mode: str = "gradient", wrt: Wrt = None, args: tuple[Any, ...] = ()) -> Emitted:
        """The emitted functions of a mode; see `source_of`."""
        there = home.namespace_of(args)
        world = World(assume_arrays=not args, device=there is not np, passes=self._asked.passes)
        world.later = mode == "vjp"
        return self.emit_in(world, mode, wrt, args)

    def emit_in(self, world: World, mode: str, wrt: Wrt, args: tuple[Any, ...]) -> Emitted:
        """The same, adding to what is known already."""
        asked = self._asked
        params = world.callees.of(asked.function).function.params
        names = [p.name for p in params]
        values = dict(zip(names, (*asked.bound, *args), strict=False))
        world.complexes = complexes(values, body_behind(asked.function, (), world))
        values |= asked.preset
        callee = callee_behind(asked.function, (), values, world)
        kinds = default_kinds(callee.function, values)
        if world.assume_arrays:
            kinds = as_used(callee.function, kinds)
        own = asked.wrt if wrt is None else checked_wrt(wrt)
        slots = asked.slots(own, "vjp" if mode == FORWARD else mode, parameters_of(asked.function))
        if slots is None:
            chosen = tuple(name for name, kind in kinds if kind.differentiable)
        else:
            chosen = tuple(dict.fromkeys(slot.parameter for slot in slots))
        return with_cells_where_needed(
            world, lambda: derive(
                callee_behind(asked.function, (), values, world), mode, chosen, kinds, world
            )
        )

    # Preparing

    def _all(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """All arguments of a call, those that a method or partial presets included."""
        return (*self._asked.bound, *args), {**self._asked.preset, **kwargs}

    def _ready(
        self, mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Compiled, tuple[Any, ...], dict[str, Any]]:
        """What serves a call, and all its arguments."""
        if self._own:
            args, kwargs = self._all(args, kwargs)
        for a in (*args, *kwargs.values()) if kwargs else args:
            if type(a) not in PLAIN:
                if has_tensor(args) or has_tensor(kwargs):
                    args = tuple(map(unwrapped, args))
                    kwargs = {k: unwrapped(v) for k, v in kwargs.items()}
                break
        compiled = find(self._asked, self._compiled, mode, None, args, kwargs)
        if not self._own and not ANOMALY[0]:
            self._last[mode] = compiled
        return compiled, args, kwargs


def _known(asked: Asked) -> dict[Any, Compiled]:
    """The emissions for calls with as many arguments preset, by the kinds of all arguments."""
    form = (asked.wrt, len(asked.bound), tuple(asked.preset), asked.passes)
    return kept_on(asked.function).compiled.setdefault(form, {})

