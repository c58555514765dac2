"""Whether operations are being recorded: one switch, per thread and per context."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from contextvars import ContextVar
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

GRAD_ENABLED: ContextVar[bool] = ContextVar("adjoint_grad_enabled", default=True)


def is_grad_enabled() -> bool:
    """Says whether operations on tensors are recorded here.

    Example:
        >>> with no_grad():
        ...     is_grad_enabled()
        False
    """
    return GRAD_ENABLED.get()


class GradMode:
    """A setting of the switch, as a context manager and as a decorator.

    Args:
        enabled: what the switch is set to inside.
    """

    def __init__(self, enabled: bool) -> None:
        """Keeps the setting; nothing changes before it is entered."""
        self.enabled = enabled
        self.outer: list[bool] = []

    def __enter__(self) -> None:
        """Sets the switch and remembers how it stood."""
        self.outer.append(GRAD_ENABLED.get())
        GRAD_ENABLED.set(self.enabled)

    def __exit__(self, *exc: object) -> None:
        """Puts the switch back."""
        GRAD_ENABLED.set(self.outer.pop())

    def __call__(self, function: F) -> F:
        """Wraps a function (or a generator function) so that it runs under this setting."""
        if inspect.isgeneratorfunction(function):
            return cast("F", _wrap_generator(function, self.enabled))

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with GradMode(self.enabled):
                return function(*args, **kwargs)

        return cast("F", wrapper)


def _wrap_generator(function: Callable[..., Any], enabled: bool) -> Callable[..., Any]:
    """Sets the switch whenever the generator runs, never while its consumer does."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, generator)
        while True:
            try:
                with GradMode(enabled):
                    item = resume()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield item
            except GeneratorExit:
                with GradMode(enabled):
                    generator.close()
                raise
            except BaseException as error:
                resume = functools.partial(generator.throw, error)
            else:
                resume = functools.partial(generator.send, sent)

    return wrapper


class no_grad(GradMode):
    """Stops recording inside a `with` block or a decorated function.

    Example:
        >>> import adjoint
        >>> x = adjoint.ones(2, requires_grad=True)
        >>> with adjoint.no_grad():
        ...     (x * 2).requires_grad
        False
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """Serves `@no_grad` without brackets as well."""
        instance = super().__new__(cls)
        if function is None:
            return instance
        instance.__init__()  # type: ignore[misc]
        return instance(function)

    def __init__(self) -> None:
        """Sets recording off."""
        super().__init__(False)


class enable_grad(GradMode):
    """Records again inside a `no_grad` block.

    Example:
        >>> with no_grad(), enable_grad():
        ...     is_grad_enabled()
        True
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """Serves `@enable_grad` without brackets as well."""
        instance = super().__new__(cls)
        if function is None:
            return instance
        instance.__init__()  # type: ignore[misc]
        return instance(function)

    def __init__(self) -> None:
        """Sets recording on."""
        super().__init__(True)


class set_grad_enabled(GradMode):
    """Sets recording on or off at once; as a context manager, until the block's end.

    Example:
        >>> with set_grad_enabled(False):
        ...     is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        """Sets the switch immediately: the call alone has an effect."""
        super().__init__(bool(mode))
        self.before = GRAD_ENABLED.get()
        GRAD_ENABLED.set(self.enabled)

    def __enter__(self) -> None:
        """Keeps the setting; leaving restores what was before the call."""
        self.outer.append(self.before)
        GRAD_ENABLED.set(self.enabled)

    def __call__(self, function: F) -> F:
        """Decorates a function; the call that made the decorator then has no effect of its own."""
        GRAD_ENABLED.set(self.before)
        return super().__call__(function)
