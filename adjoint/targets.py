"""From what is typed on the command line to the function that it names."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from adjoint.runtime.errors import AdjointError
from adjoint.transform.differentiable import Differentiable
from adjoint.transform.explain.coverage import Unfit


class NoSuchTarget(AdjointError, LookupError):
    """A target names no module, file, function or method."""


def find(target: str, example: str = "") -> tuple[Differentiable, tuple[Any, ...]]:
    """The function that a target names, made differentiable if it is not.

    Args:
        target: `package.module:name` or `path/to/file.py:name`; `name` may be `Class.method`.
        example: arguments of a call, as they would be written in that module; those of a method
            begin with the object.

    Returns:
        The function, and the values of the arguments. A method is bound to the object, or to one
        that stands for any, so that what it is differentiated with respect to is chosen among its
        other parameters.

    Raises:
        NoSuchTarget: there is no such module, file or name, or it is no function of Python, or the
            arguments cannot be evaluated there.

    >>> function, arguments = find("textwrap:dedent", "'text'")
    >>> function.__wrapped__.__name__, arguments
    ('dedent', ('text',))
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise NoSuchTarget(
            f"{target!r} is not a target; write package.module:name or path/to/file.py:name"
        )
    module = _module(place)
    owner, found = _inside(module, place, name)
    try:
        made = found if isinstance(found, Differentiable) else Differentiable(found)
    except TypeError as error:
        raise NoSuchTarget(f"{name}: {error}") from None
    arguments = _evaluated(example, module)
    if isinstance(owner, type) and isinstance(
        inspect.getattr_static(owner, name.rpartition(".")[2]), FunctionType | Differentiable
    ):
        bound: Differentiable = made.__get__(arguments[0] if arguments else object(), owner)
        return bound, arguments[1:]
    return made, arguments


def functions_of(target: str) -> list[tuple[str, Differentiable | Unfit]]:
    """The functions that a target names, made differentiable, with their names in their module.

    Args:
        target: what `find` takes; or a module, a file or a class, for all functions defined there.

    Raises:
        NoSuchTarget: as `find` does.

    >>> [name for name, _ in functions_of("textwrap")][-3:]
    ['shorten', 'dedent', 'indent']
    """
    place, colon, name = target.rpartition(":")
    if not colon:
        place, name = target, ""
    module = _module(place)
    named = _inside(module, place, name)[1] if name else module
    if not isinstance(named, type | types.ModuleType):
        return [(name, find(target)[0])]
    own = list(_defined(named, name, module.__name__))
    return [(one, _made(f"{place}:{one}", inner)) for one, inner in own]


def _made(target: str, inner: FunctionType) -> Differentiable | Unfit:
    try:
        return find(target)[0]
    except NoSuchTarget as error:
        return Unfit(inner, str(error))


def _defined(owner: Any, name: str, module: str) -> Iterator[tuple[str, FunctionType]]:
    """The functions that a module or class defines itself, and that were written out."""
    for key, value in vars(owner).items():
        path = f"{name}.{key}" if name else key
        inner = getattr(value, "__wrapped__", getattr(value, "__func__", value))
        if getattr(inner, "__module__", None) != module:
            continue
        if isinstance(value, type):
            yield from _defined(value, path, module)
        elif isinstance(inner, FunctionType) and inner.__qualname__ == path:
            if not (isinstance(owner, type) and inner.__code__.co_filename.startswith("<")):
                yield path, inner


def _module(place: str) -> types.ModuleType:
    is_file = place.endswith(".py") or Path(place).is_file()
    return _module_of_file(Path(place)) if is_file else _module_of_name(place)


def _inside(module: types.ModuleType, place: str, name: str) -> tuple[Any, Any]:
    """What a dotted name names in a module, and what it is an attribute of."""
    owner: Any = None
    found: Any = module
    for part in name.split("."):
        owner = found
        try:
            found = getattr(owner, part)
        except AttributeError:
            raise NoSuchTarget(f"{place} has no {name!r}{_names_of(owner)}") from None
    return owner, found


def _evaluated(example: str, module: types.ModuleType) -> tuple[Any, ...]:
    """The values of arguments, given as they are written between the brackets of a call."""
    if not example.strip():
        return ()
    try:
        values: tuple[Any, ...] = eval(f"({example},)", dict(vars(module)))
    except Exception as error:
        raise NoSuchTarget(
            f"the arguments {example!r} cannot be evaluated in {module.__name__}: "
            f"{type(error).__name__}: {error}"
        ) from error
    return values


def _names_of(value: Any) -> str:
    """The names that could have been meant, to be added to a message."""
    inside = vars(value) if isinstance(value, type | types.ModuleType) else {}
    owner = value.__name__ if isinstance(value, types.ModuleType) else value
    names = [
        name
        for name, one in inside.items()
        if callable(one) and not name.startswith("_") and not isinstance(one, type)
        and (owner is value or getattr(one, "__module__", None) == owner)
    ]  # fmt: skip
    return f"; it has {', '.join(names)}" if names else ""


def _module_of_name(name: str) -> types.ModuleType:
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise NoSuchTarget(f"there is no module {error.name!r} here") from None
        raise _failed(name, error) from error
    except (Exception, SystemExit) as error:
        raise _failed(name, error) from error


def _module_of_file(file: Path) -> types.ModuleType:
    if not file.is_file():
        raise NoSuchTarget(f"there is no file {str(file)!r}")
    folder = file.resolve().parent
    parts = [file.stem]
    while (folder / "__init__.py").is_file():  # a file of a package is imported as part of it
        parts.insert(0, folder.name)
        folder = folder.parent
    name = ".".join(parts)
    sys.path.insert(0, str(folder))  # as `python file.py` does
    known = sys.modules.get(name)
    if known is not None and Path(known.__file__ or "").resolve() != file.resolve():
        name = f"_target_{file.stem}"  # a file with the name of a module that is imported already
    try:
        if name in sys.modules or len(parts) > 1:
            return importlib.import_module(name)
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise NoSuchTarget(f"{file} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        if isinstance(error, NoSuchTarget):
            raise
        raise _failed(str(file), error) from error
    return module


def _failed(what: str, error: BaseException) -> NoSuchTarget:
    """The message for a module that raises when it is imported; the error's own place is kept."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f" ({last.tb_frame.f_code.co_filename}:{last.tb_lineno})" if last is not None else ""
    inside = "" if place.startswith(" (<frozen") or isinstance(error, SyntaxError) else place
    return NoSuchTarget(f"{what} cannot be imported: {type(error).__name__}: {error}{inside}")
