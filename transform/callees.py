"""Which function a call reaches, and how its arguments fill the parameters.

A callee is a Python function with source, or a local function lifted out of the one around it.
Where an argument is itself a function that is known (`integrate(lambda t: w * t, ...)`), the callee
is specialised to it: its calls of the parameter become calls of that function, and what that
function captures comes in as further parameters.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import Any

import gast

from adjoint.runtime.rules import rule_of
from adjoint.transform.analyses.classes import initialiser_of, is_generated
from adjoint.transform.analyses.kind import ANY, FUNCTION, NUMERIC, Kind, kind_of
from adjoint.transform.ir.names import names_bound, names_of
from adjoint.transform.ir.nodes import Assign, Function, Op, Param, Ref, Var
from adjoint.transform.lower import lower, normalise_exits
from adjoint.transform.lower.cells import NeedsCell, Variable, can_be_in_cell
from adjoint.transform.lower.constructors import constructor, is_reachable
from adjoint.transform.lower.derivatives import name_derivatives
from adjoint.transform.lower.derivatives_held import derivatives_as_functions
from adjoint.transform.lower.forwarded import for_one_form, forwards
from adjoint.transform.lower.generated import generated_initialiser
from adjoint.transform.lower.lift import lift
from adjoint.transform.lower.listing import is_generator
from adjoint.transform.lower.local_functions import LocalFunction, given_as, missing, with_captures
from adjoint.transform.lower.open_pullbacks import is_emitted, open_pullbacks
from adjoint.transform.lower.sources import with_sources
from adjoint.transform.lower.statements_inside import map_ops
from adjoint.transform.lower.unassigned import raise_unassigned
from adjoint.transform.source import Reader, read_source

_WITH_RULES_ONLY = frozenset({"numpy", "scipy", "cupy", "math", "copy"})
ParameterKinds = tuple[tuple[str, Kind], ...]
Target = FunctionType | LocalFunction | type


@dataclass(frozen=True, slots=True, eq=False)
class Callee:
    """A function that can be differentiated.

    name: what emitted functions are called after. function: its IR, calls of local functions
    resolved. origin: the Python function whose globals and cells it lives in. locals: the local
    functions that it defines. key: identifies it.
    """

    name: str
    function: Function
    origin: FunctionType
    locals: Mapping[str, LocalFunction]
    key: Any


@dataclass(slots=True)
class Callees:
    """The callees met so far, by key.

    methods: what was found under a name in a class. read: finds the source of a function. cells:
    the variables of functions, by their code, that turned out to need cells. derived: the emitted
    functions that calls of derivatives reach.
    """

    known: dict[Any, Callee] = field(default_factory=dict)
    methods: dict[tuple[type, str], Any] = field(default_factory=dict)
    read: Reader = read_source
    cells: dict[CodeType, frozenset[Variable]] = field(default_factory=dict)
    derived: dict[Any, FunctionType] = field(default_factory=dict)

    def of(self, target: Target, opened: tuple[str, ...] = ()) -> Callee:
        """The callee of a Python function, a local function or a class.

        `opened` are the variables around a Python function that it gets as keyword arguments.
        """
        target = _original(target)
        key: Any = (id(target), getattr(target, "__code__", None), opened)
        if isinstance(target, type):
            key = (id(target), initialiser_of(target))
        cells = self._cells_of(target)
        key = (*key, cells) if cells else key
        if key not in self.known:
            match target:
                case LocalFunction():
                    self.known[key] = _local(target, key)
                case type():
                    self.known[key] = _making(target, key, self.read, cells)
                case _:
                    self.known[key] = _of(target, key, opened, self.read, cells)
        return self.known[key]

    def note(self, need: NeedsCell) -> bool:
        """Note what variables of a function need cells; False where they cannot be in any."""
        code = need.origin.__code__
        known = self.cells.get(code, frozenset())
        tree = self.read(need.origin).tree
        if need.variables <= known or not all(can_be_in_cell(tree, v) for v in need.variables):
            return False
        self.cells[code] = known | need.variables
        return True

    def _cells_of(self, target: Target) -> frozenset[Variable]:
        """The variables of a function that turned out to need cells."""
        if not self.cells:
            return frozenset()
        function = initialiser_of(target) if isinstance(target, type) else target
        code = getattr(function, "__code__", None)
        return frozenset() if code is None else self.cells.get(code, frozenset())

    def in_form_of(self, op: Op, callee: Callee) -> Callee:
        """The callee for a call's number of arguments, where it hands starred ones on."""
        arguments = _bind(callee.function, op)
        if arguments is None or forwards(callee.function) == (None, None):
            return callee
        count = sum(isinstance(place, int) for _, place in arguments)
        keywords = tuple(sorted(place for _, place in arguments if isinstance(place, str)))
        key = (callee.key, "form", count, keywords)
        if key not in self.known:
            function = for_one_form(callee.function, count, keywords)
            self.known[key] = callee if function is None else replace(
                callee, function=function, key=key
            )
        return self.known[key]

    def identified(self, callee: Callee, same: tuple[tuple[str, str], ...]) -> Callee:
        """The callee with some of its parameters known to be what earlier ones are."""
        if not same:
            return callee
        key = (callee.key, "same", same)
        if key not in self.known:
            self.known[key] = _identify(callee, same, key)
        return self.known[key]

    def note_method(self, op: Op, kinds: Mapping[str, Kind]) -> None:
        """Note that a call reaches a function through the class of an object."""
        assert isinstance(op.callee, Ref)
        if isinstance(op.callee.value, type):
            initialiser = initialiser_of(op.callee.value)
            self.methods[op.callee.value, "__init__"] = initialiser
        if isinstance(op.callee.value, type) or not op.args:
            return
        first = op.args[0]
        itself = first.value if isinstance(first, Ref) else None  # of a class method
        cls = itself if isinstance(itself, type) else _kind(first, kinds).cls
        if cls is not None:
            owner, _, name = op.callee.text.rpartition(".")
            for base in cls.__mro__:
                if owner == base.__name__:
                    self.methods[base, name] = inspect.getattr_static(base, name, None)

    def specialised(self, callee: Callee, functions: Mapping[str, Any]) -> Callee:
        """The callee with some of its parameters known to be certain functions."""
        if not functions:
            return callee
        key = (callee.key, tuple((p, id(_original(f))) for p, f in functions.items()))
        if key not in self.known:
            self.known[key] = _specialise(callee, functions, key)
        return self.known[key]


def _lowered(
    fn: FunctionType, opened: tuple[str, ...], read: Reader, cells: frozenset[Variable]
) -> Function:
    """A function in the IR, with plain exits, and the standard library's functions as sources."""
    function = raise_unassigned(normalise_exits(lower(fn, opened, read, cells)))
    function = with_sources(function)
    if not is_emitted(fn):
        return function
    return open_pullbacks(function, fn, lambda other: _as_lowered(other, read))


def _as_lowered(fn: FunctionType, read: Reader) -> Function:
    return with_sources(normalise_exits(lower(fn, (), read, frozenset())))


def _of(
    fn: FunctionType, key: Any, opened: tuple[str, ...], read: Reader, cells: frozenset[Variable]
) -> Callee:
    lowered = derivatives_as_functions(_lowered(fn, opened, read, cells))
    function, local = lift(lowered, fn)
    return Callee(_plain_name(fn), name_derivatives(function, local), fn, local, key)


def _plain_name(fn: FunctionType) -> str:
    """What emitted functions are called after: `Model_call` for `Model.__call__`."""
    name = fn.__name__.replace("<lambda>", "lambda_")
    owner = fn.__qualname__.split(".")[-2:-1]
    special = name.startswith("__") and name.endswith("__") and owner
    return f"{owner[0]}_{name[2:-2]}" if special else name


def _making(cls: type, key: Any, read: Reader, cells: frozenset[Variable]) -> Callee:
    initialiser = initialiser_of(cls)
    assert initialiser is not None
    if is_generated(initialiser):
        written = generated_initialiser(cls, initialiser)
        return Callee(cls.__name__, constructor(written, cls), initialiser, {}, key)
    function, local = lift(_lowered(initialiser, (), read, cells), initialiser)
    made = constructor(name_derivatives(function, local), cls)
    return Callee(cls.__name__, made, initialiser, local, key)


def _local(local: LocalFunction, key: Any) -> Callee:
    function = name_derivatives(local.function, local.inner)
    return Callee(local.name, function, local.origin, local.inner, key)


def _original(target: Any) -> Any:
    """A function as it was made; see `LocalFunction.base`."""
    return target.original if isinstance(target, LocalFunction) else target


def _specialise(callee: Callee, functions: Mapping[str, Any], key: Any) -> Callee:
    fn = callee.function
    taken = names_of(fn)
    given: dict[str, LocalFunction] = {}
    for param, target in functions.items():
        if isinstance(target, LocalFunction):
            given[param] = given_as(target.original, param, taken)
            taken |= set(given[param].captures.values())

    def change(op: Op) -> Op:
        if op.prim != "call" or not isinstance(op.callee, Var) or op.callee.name not in functions:
            return op
        name = op.callee.name
        if name not in given:
            return replace(op, callee=Ref(name, functions[name], local=True))
        captures = missing(op, given[name])
        if captures is None:
            return op
        return with_captures(op, Ref(name, given[name], local=True), captures)

    body = tuple(map_ops(stmt, change) for stmt in fn.body)
    hidden = [Param(n, "keyword-only") for f in given.values() for n in f.captures.values()]
    ordered = sorted((*fn.params, *hidden), key=lambda p: p.kind == "varkw")
    function = replace(fn, params=tuple(ordered), body=body)
    local = {**callee.locals, **given}
    function = name_derivatives(function, {**functions, **local})
    return replace(callee, function=function, locals=local, key=key)


def _identify(callee: Callee, same: tuple[tuple[str, str], ...], key: Any) -> Callee:
    fn = callee.function
    names = tuple(Assign(Var(later), Var(first), fn.span) for later, first in same)
    return replace(callee, function=replace(fn, body=(*names, *fn.body)), key=key)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a known callee.

    op: the call, with the operands that are not printed. arguments: for each operand, the parameter
    that it fills and the place within it. kinds: the kinds of the callee's parameters.
    """

    callee: Callee
    op: Op
    arguments: tuple[tuple[str, int | str | None], ...]
    kinds: ParameterKinds

    def filled_by(self, names: frozenset[str]) -> tuple[str, ...]:
        """The parameters that some of the variables in the call fill."""
        pairs = zip(self.arguments, self.op.args, strict=True)
        return tuple(dict.fromkeys(
            name for (name, _), a in pairs if isinstance(a, Var) and a.name in names
        ))  # fmt: skip

    def together(self, pairs: frozenset[tuple[int, int]]) -> frozenset[tuple[str, str]]:
        """The parameters that pairs of arguments fill, by their positions."""
        names = [name for name, _ in self.arguments]
        return frozenset((names[i], names[j]) for i, j in pairs)


def target_of(op: Op) -> Target | None:
    """The function with source, or the class, that an operation calls, if it is known."""
    if op.prim != "call" or not isinstance(op.callee, Ref):
        return None
    value = op.callee.value
    if isinstance(value, LocalFunction):
        return value
    if isinstance(value, type):
        initialiser = initialiser_of(value)
        known = initialiser is not None and is_reachable(value, initialiser)
        return value if known and rule_of(value) is None else None
    value = _undecorated(value)
    if not isinstance(value, FunctionType) or rule_of(value) is not None or is_generator(value):
        return None
    return None if (value.__module__ or "").partition(".")[0] in _WITH_RULES_ONLY else value


def _undecorated(value: Any) -> Any:
    """What `@grad` was applied to; any other object that wraps a function does what its class says.

    It may carry the function as `__wrapped__` (`functools.update_wrapper`), and do more than that.
    """
    made_by_grad = hasattr(value, "_target") and not isinstance(value, type)
    return value.__wrapped__ if made_by_grad else value


def call_of(op: Op, kinds: Mapping[str, Kind], callees: Callees) -> Call | None:
    """What a call reaches; None where that is not known before it runs, or where it is starred."""
    target = target_of(op)
    if target is None or "*" in op.roles or "**" in op.roles:
        return None
    callee = callees.of(target)
    callees.note_method(op, kinds)
    op = _without_hidden(op, callee.function)
    callee = callees.in_form_of(op, callee)
    given = {i: _kind(a, kinds) for i, a in enumerate(op.args)}
    arguments = _bind(callee.function, op)
    if arguments is None:
        return None
    rebound = names_bound(callee.function.body)
    functions = {
        name: given[i].callee
        for i, (name, place) in enumerate(arguments)
        if place is None and given[i].tag == "function" and given[i].callee is not None
        and name not in rebound
    }
    callee = callees.specialised(callee, functions)
    callee = callees.identified(callee, _twice_given(op, arguments, given))
    op = _complete(op, functions, callee)
    arguments = _bind(callee.function, op)
    assert arguments is not None
    given = {i: _kind(a, kinds) for i, a in enumerate(op.args)}
    return Call(callee, op, arguments, _parameter_kinds(callee.function, arguments, given))


def _twice_given(
    op: Op, arguments: tuple[tuple[str, int | str | None], ...], given: Mapping[int, Kind]
) -> tuple[tuple[str, str], ...]:
    """The parameters that are given the very list, dict or object that an earlier one is given."""
    first: dict[str, str] = {}
    found = []
    for i, ((name, place), arg) in enumerate(zip(arguments, op.args, strict=True)):
        if place is not None or not isinstance(arg, Var) or not given[i].is_container:
            continue
        if first.setdefault(arg.name, name) != name:
            found.append((name, first[arg.name]))
    return tuple(found)


def _without_hidden(op: Op, fn: Function) -> Op:
    """The call without what was passed for functions given as arguments (it is found again)."""
    names = {p.name for p in fn.params}
    open_ended = any(p.kind == "varkw" for p in fn.params)
    printed = {n.id for n in gast.walk(op.template) if isinstance(n, gast.Name)}
    stay = [
        i
        for i, role in enumerate(op.roles)
        if f"${i}" in printed or role in names or (open_ended and role == "")
    ]
    if len(stay) == len(op.args):
        return op
    return replace(
        op, args=tuple(op.args[i] for i in stay), roles=tuple(op.roles[i] for i in stay)
    )


def _kind(atom: Any, kinds: Mapping[str, Kind]) -> Kind:
    if isinstance(atom, Var):
        return kinds.get(atom.name, ANY)
    kind = kind_of(atom.value)
    return replace(kind, callee=atom.value) if kind.tag == "function" else kind


def _complete(op: Op, functions: Mapping[str, Any], callee: Callee) -> Op:
    """Pass what functions given as arguments capture."""
    extra = {
        callee.locals[param].captures[role]: variable
        for param, target in functions.items() if isinstance(target, LocalFunction)
        for role, variable in target.captures.items()
    }  # fmt: skip
    extra = {name: variable for name, variable in extra.items() if name not in op.roles}
    hidden = tuple(Var(variable) for variable in extra.values())
    return replace(op, args=(*op.args, *hidden), roles=(*op.roles, *extra))


def _bind(fn: Function, op: Op) -> tuple[tuple[str, int | str | None], ...] | None:
    positional = [p.name for p in fn.params if p.kind in ("positional-only", "ordinary")]
    star = next((p.name for p in fn.params if p.kind == "varargs"), None)
    double = next((p.name for p in fn.params if p.kind == "varkw"), None)
    by_keyword = {p.name for p in fn.params if p.kind in ("ordinary", "keyword-only")}
    filled: list[tuple[str, int | str | None]] = []
    count = 0
    for role in op.roles:
        if role == "" and count < len(positional):
            filled.append((positional[count], None))
        elif role == "" and star is not None:
            filled.append((star, count - len(positional)))
        elif role in by_keyword:
            filled.append((role, None))
        elif role and double is not None:
            filled.append((double, role))
        else:
            return None
        count += role == ""
    return tuple(filled)


def _parameter_kinds(
    fn: Function, arguments: tuple[tuple[str, int | str | None], ...], given: Mapping[int, Kind]
) -> ParameterKinds:
    found: dict[str, Kind] = {}
    for i, (name, place) in enumerate(arguments):
        if place is None:
            kind = given[i]
            found[name] = FUNCTION if kind.tag == "function" else kind
        else:
            tag = "list" if isinstance(place, int) else "dict"
            found[name] = Kind(tag, items=(given[i],)) if name not in found else Kind(tag)
    for p in fn.params:
        if p.name not in found:
            if p.kind in ("varargs", "varkw"):
                found[p.name] = Kind("list" if p.kind == "varargs" else "dict")
            elif p.has_default:
                found[p.name] = kind_of(p.default)
    return tuple((p.name, found.get(p.name, NUMERIC)) for p in fn.params)
