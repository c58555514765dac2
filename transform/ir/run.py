"""An interpreter of the intermediate representation: the oracle that tests compare with."""

from __future__ import annotations

import ast
import functools
import inspect
import operator
from collections import ChainMap
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

import gast

from adjoint.transform.ir.nodes import (
    CAUGHT,
    SET_ANYWAY,
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Comment,
    Const,
    Continue,
    Define,
    Each,
    Effect,
    Enumerate,
    For,
    Function,
    If,
    Items,
    Iter,
    Keep,
    Mark,
    Op,
    Range,
    Ref,
    Return,
    Reversed,
    Rhs,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    Zip,
)  # fmt: skip
from adjoint.transform.ir.places import operand
from adjoint.transform.ir.show import fill

Env = MutableMapping[str, Any]
_BREAK, _CONTINUE = "break", "continue"
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.iadd, "-": operator.isub, "*": operator.imul, "/": operator.itruediv,
    "//": operator.ifloordiv, "%": operator.imod, "**": operator.ipow, "@": operator.imatmul,
    "<<": operator.ilshift, ">>": operator.irshift, "&": operator.iand, "|": operator.ior,
    "^": operator.ixor,
}  # fmt: skip
_KINDS = {
    "positional-only": inspect.Parameter.POSITIONAL_ONLY,
    "ordinary": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "varargs": inspect.Parameter.VAR_POSITIONAL,
    "keyword-only": inspect.Parameter.KEYWORD_ONLY,
    "varkw": inspect.Parameter.VAR_KEYWORD,
}


def run(fn: Function, *args: Any, **kwargs: Any) -> Any:
    """Call a function in its intermediate representation.

    >>> from adjoint.transform.ir.nodes import Param
    >>> run(Function("f", (Param("x"),), (Return(Var("x")),)), 7)
    7
    """
    defaults = {param.name: param.default for param in fn.params if param.has_default}
    return _call(fn, defaults, {}, args, kwargs)


def _call(
    fn: Function, defaults: dict[str, Any], outer: Env, args: Iterable[Any], kwargs: dict[str, Any]
) -> Any:
    empty = inspect.Parameter.empty
    signature = inspect.Signature(
        [
            inspect.Parameter(
                param.name, _KINDS[param.kind], default=defaults.get(param.name, empty)
            )
            for param in fn.params
        ]
    )
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    left = _block(fn.body, ChainMap(dict(bound.arguments), outer))
    return left[0] if isinstance(left, tuple) else None


def _value(atom: Atom, env: Env) -> Any:
    match atom:
        case Var(name=name):
            if name not in env:
                raise UnboundLocalError(f"local variable {name!r} has no value")
            return env[name]
        case Const(value=value) | Ref(value=value):
            return value


def _rhs(value: Rhs, env: Env) -> Any:
    if not isinstance(value, Op):
        return _value(value, env)
    args = [_value(arg, env) for arg in value.args]
    callee = None if value.callee is None else _value(value.callee, env)
    kind = "exec" if isinstance(value.template, gast.stmt) else "eval"  # `x.name = v` of a setter
    return _compiled(value.template, len(args), kind)(callee, *args)


@functools.lru_cache(maxsize=4096)
def _compiled(template: gast.AST, count: int, kind: str = "eval") -> Any:
    """A template as a function of what is called and of its operands."""
    names = [f"hole_{i}" for i in range(count)]
    slots = [gast.Name(text, gast.Load(), None, None) for text in names]
    callee = gast.Name("callee", gast.Load(), None, None)
    filled = ast.fix_missing_locations(gast.gast_to_ast(fill(template, slots, callee)))
    lines = [f"def evaluate({', '.join(['callee', *names])}):", "    pass"]
    module = ast.parse("\n".join(lines))
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef), "a template is compiled as a function's body"
    function.body = [ast.Return(filled) if kind == "eval" else filled]
    space: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(module), "<template>", "exec"), space)
    return space["evaluate"]


def _iterate(iterable: Iter, env: Env) -> Iterable[Any]:
    match iterable:
        case Range(args=args):
            return range(*(_value(arg, env) for arg in args))
        case Each(value=value):
            values: Iterable[Any] = _value(value, env)
            return iter(values)
        case Enumerate(inner=inner, start=start):
            return enumerate(_iterate(inner, env), _value(start, env))
        case Zip(inners=inners, strict=strict):
            return zip(*[_iterate(inner, env) for inner in inners], strict=strict)
        case Reversed(inner=Each(value=value)):
            backwards: Iterable[Any] = reversed(_value(value, env))
            return backwards
        case Reversed(inner=inner):
            return reversed(_iterate(inner, env))  # type: ignore[call-overload, no-any-return]
        case Items(value=value, what=what):
            return getattr(_value(value, env), what)()  # type: ignore[no-any-return]


def _block(block: Block, env: Env) -> Any:
    """Run a block: how it was left (`None`, `break`, `continue`, or a tuple of the result)."""
    for stmt in block:
        left = _stmt(stmt, env)
        if left is not None:
            return left
    return None


def _try(stmt: Try, env: Env) -> Any:
    if not stmt.catches:
        try:
            return _block(stmt.body, env)
        finally:
            _block(stmt.orelse, env)
    try:
        return _block(stmt.body, env)
    except tuple(_value(known, env) for known in stmt.catches) as error:
        first, *rest = stmt.orelse or (None,)
        match first:
            case Assign(target=target, value=Op(template=template)) if template is CAUGHT:
                env[target.name] = error
                return _block(tuple(rest), env)
        return _block(stmt.orelse, env)


def _stmt(stmt: Stmt, env: Env) -> Any:
    match stmt:
        case Try():
            return _try(stmt, env)
        case If(test=test, body=body, orelse=orelse):
            return _block(body if _value(test, env) else orelse, env)
        case For():
            return _for(stmt, env)
        case While():
            return _while(stmt, env)
        case With(context=context, target=target, body=body):
            with _rhs(context, env) as entered:
                if target is not None:
                    env[target.name] = entered
                return _block(body, env)
        case Return(value=value):
            return (_value(value, env),)
        case Break():
            return _BREAK
        case Continue():
            return _CONTINUE
    _simple(stmt, env)
    return None


def _for(stmt: For, env: Env) -> Any:
    for item in _iterate(stmt.iterable, env):
        env[stmt.target.name] = item
        left = _block(stmt.body, env)
        if left == _BREAK:
            return None
        if isinstance(left, tuple):
            return left
    return _block(stmt.orelse, env)


def _while(stmt: While, env: Env) -> Any:
    while True:
        _block(stmt.before, env)
        if not _value(stmt.test, env):
            return _block(stmt.orelse, env)
        left = _block(stmt.body, env)
        if left == _BREAK:
            return None
        if isinstance(left, tuple):
            return left


def _simple(stmt: Stmt, env: Env) -> None:
    match stmt:
        case Assign(target=target, value=value):
            env[target.name] = _rhs(value, env)
        case Unpack(targets=targets, value=value, star=star):
            items = list(_unpacked(_value(value, env), len(targets), star))
            env.update({target.name: item for target, item in zip(targets, items, strict=True)})
        case Store(place=place, operator=symbol, value=value):
            new = _value(value, env)
            if symbol:
                new = _IN_PLACE[symbol](_rhs(place, env), new)
            _store(place, [_value(arg, env) for arg in place.args], new)
        case Augment(target=target, operator=symbol, value=value):
            env[target.name] = _IN_PLACE[symbol](_value(target, env), _value(value, env))
        case Effect(value=op):
            _rhs(op, env)
        case Keep():
            _keep(stmt, env)
        case Define(target=target, function=function):
            env[target.name] = _closure(function, env)
        case Comment() | Mark():
            pass


def _unpacked(value: Any, count: int, star: int | None) -> Iterable[Any]:
    items = list(value)
    if star is None:
        if len(items) != count:
            raise ValueError(f"{count} values to unpack expected, got {len(items)}")
        return items
    if len(items) < count - 1:
        raise ValueError(f"at least {count - 1} values to unpack expected, got {len(items)}")
    end = len(items) - (count - 1 - star)
    return [*items[:star], items[star:end], *items[end:]]


def _store(place: Op, args: list[Any], value: Any) -> None:
    if place.roles == SET_ANYWAY:
        object.__setattr__(args[0], place.template.attr, value)
        return
    holes = [operand(i) for i in range(len(args))]
    target = fill(place.template, holes)
    target.ctx = gast.Store()
    new = operand(len(args))
    template = gast.Assign([target], new, None)
    _compiled(template, len(args) + 1, "exec")(None, *args, value)


def _keep(stmt: Keep, env: Env) -> None:
    if isinstance(stmt.template, gast.Delete):
        for arg in stmt.args:
            assert isinstance(arg, Var), "only a variable can be deleted"
            del env[arg.name]
    elif not isinstance(stmt.template, gast.Import | gast.ImportFrom):  # those are resolved
        args = [_value(arg, env) for arg in stmt.args]
        _compiled(stmt.template, len(args), "exec")(None, *args)


def _closure(fn: Function, env: Env) -> Callable[..., Any]:
    defaults = {
        param.name: _value(param.default, env) if isinstance(param.default, Atom) else param.default
        for param in fn.params
        if param.has_default
    }

    def closure(*args: Any, **kwargs: Any) -> Any:
        return _call(fn, defaults, env, args, kwargs)

    closure.__name__ = fn.name
    return closure
