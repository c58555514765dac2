"""The intermediate representation: what a function says, one operation a statement.

An expression is flat: an `Op` is one operation on atoms (`Var`, `Const`, `Ref`). Its `template` is
the gast expression that the user (or a rule) wrote for this one operation, with a `Name` whose id
is `$0`, `$1`, ... standing where `args[0]`, `args[1]`, ... go. What the operation *means* is its
`prim`; how it is *printed* is its template. Larger expressions are sequences of assignments to
temporaries (`%1`, `%2`, ...), each assigned once; the emitter folds them back.

Control flow is structured. `Break` leaves the innermost loop. After `lower.exits` there is no
`Continue`, one `Return` at the very end, and a `Break` is always the last statement of its block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the user's source: lines from 1, columns (in characters) from 0."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


NOWHERE = Span("", 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Var:
    """A local variable; a name that begins with `%` is a temporary of ours, assigned once."""

    name: str

    @property
    def is_temporary(self) -> bool:
        """Whether the name is one of ours, not one that the user wrote."""
        return self.name.startswith("%")


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: number, string, bytes, `None`, `True`, `False`, `...`."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """Something from outside the function, found when it was lowered.

    `text` is how the user reaches it (`np.pi`, `scale`, `helpers.norm`), `value` the object.
    `local` says that the text is a variable of the function itself, known to hold the object: a
    nested function, or a parameter that was given a known function.
    """

    text: str
    value: Any
    local: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and self.text == other.text and self.value is other.value

    def __hash__(self) -> int:
        return hash((self.text, id(self.value)))


Atom = Var | Const | Ref


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation on atoms.

    prim: what it means. As lowered (nothing is known of the kinds of the operands yet):
        `binary:+` ... (`+ - * / // % ** @ << >> & | ^`), `unary:-` (`- + ~ not`);
        `index` (args: base, then the operands inside the brackets, in order);
        `attribute:NAME` (args: base);
        `call` (args: positional and keyword arguments; `callee` says what is called);
        `method:NAME` (args: receiver, then the arguments);
        `tuple`, `list`, `set`, `dict` (a display; args: elements, or keys and values in turn);
        `look` (a whole expression that only looks at its operands and has no derivative:
        comparisons, `not`, `and`/`or` of such, f-strings, `lambda` without active captures ...).
      After `analyses.kinds`: also the canonical name of a rule (`np.add`, `np.sum`, ...).
    args: the operands that fill `$0`, `$1`, ... of the template.
    roles: one for each argument: for `call`/`method`: `""` positional, `"name"` keyword, `"*"`
      and `"**"` starred (a method's receiver is `"self"`); after resolution to a rule, the
      parameter of the rule that it fills. `""` elsewhere.
    callee: for `call`, the atom called (`Ref` when it is known, `Var` when only at run time).
    """

    prim: str
    args: tuple[Atom, ...]
    template: gast.AST
    roles: tuple[str, ...] = ()
    callee: Atom | None = None


Rhs = Op | Var | Const | Ref


@dataclass(frozen=True, slots=True, eq=False)
class Assign:
    """`target = value`. With an atom on the right it is an alias, as in Python."""

    target: Var
    value: Rhs
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Unpack:
    """`a, b = value`; `star` is the position of a starred target, if any."""

    targets: tuple[Var, ...]
    value: Atom
    star: int | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """`base[...] = value` or `base[...] += value` (also attributes: `base.name = value`).

    `place` is an `Op` with prim `index` or `attribute:NAME`, as if it were read; `place.args[0]` is
    the base. `operator` is `""` for a plain store, else `+`, `-`, `*`, ... A place with the roles
    `SET_ANYWAY` is stored into by `object.__setattr__`.
    """

    place: Op
    operator: str
    value: Atom
    span: Span = NOWHERE

    @property
    def base(self) -> Atom:
        """What is written into."""
        return self.place.args[0]


SET_ANYWAY = ("set anyway",)
"""The roles of an attribute that is stored whatever its class has to say (it is frozen)."""


@dataclass(frozen=True, slots=True, eq=False)
class Augment:
    """`target += value`: rebinds a number, writes into an array, extends a list."""

    target: Var
    operator: str
    value: Atom
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """An operation evaluated for its effect alone: `print(x)`, `xs.append(x)`, `a.sort()`."""

    value: Op
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Keep:
    """A statement kept as it stands: `raise`, `assert`, `import`, `pass`. Has no adjoint.

    `template` is a gast statement with holes, as in `Op`.
    """

    template: gast.AST
    args: tuple[Atom, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class If:
    """Both blocks may be empty. `span` covers the header (the test)."""

    test: Atom
    body: Block
    orelse: Block = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Try(If):
    """`try: body` with `except catches: orelse`, or (nothing is caught) with `finally: orelse`.

    After `lower.exits` both blocks of the first form assign the variable `test`: whether the body
    ran to its end. The error itself is what a leading `Assign` of `CAUGHT` in `orelse` takes.
    """

    catches: tuple[Atom, ...] = ()


CAUGHT = gast.Constant(None, "caught")
"""The template of the `look` that stands for the exception that was caught."""


@dataclass(frozen=True, slots=True)
class Range:
    """`range(...)`, arguments as written."""

    args: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """The elements of a sequence: array, list, tuple, dict (its keys), string, any iterable."""

    value: Atom


@dataclass(frozen=True, slots=True)
class Enumerate:
    """`enumerate(inner, start)`."""

    inner: Iter
    start: Atom = Const(0)


@dataclass(frozen=True, slots=True)
class Zip:
    """`zip(...)`; `strict` as in Python."""

    inners: tuple[Iter, ...]
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Reversed:
    """`reversed(inner)`."""

    inner: Iter


@dataclass(frozen=True, slots=True)
class Items:
    """`d.items()`, `d.values()` or `d.keys()`."""

    value: Atom
    what: str


Iter = Range | Each | Enumerate | Zip | Reversed | Items


@dataclass(frozen=True, slots=True, eq=False)
class For:
    """`for target in iterable: body`; a pattern as target is a temporary unpacked in the body."""

    target: Var
    iterable: Iter
    body: Block
    orelse: Block = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class While:
    """Each round runs `before`, then leaves when `test` is false, then runs `body`."""

    before: Block
    test: Atom
    body: Block
    orelse: Block = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class With:
    """`with context as target: body`; several items are nested. The body differentiates."""

    context: Op
    target: Var | None
    body: Block
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Break:
    """`break`."""

    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Continue:
    """`continue`."""

    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Return:
    """`return value`."""

    value: Atom
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Define:
    """A nested function or a lambda bound to a name; what it captures is read when it is called."""

    target: Var
    function: Function
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Comment:
    """A comment of emitted code: the primal line whose adjoint the statements after it are."""

    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A place to come back to while a function is being derived; none is left at the end."""

    key: tuple[int, str]
    span: Span = NOWHERE


Stmt = (
    Assign | Unpack | Store | Augment | Effect | Keep | If | For | While | With | Break
    | Continue | Return | Define | Comment | Mark
)  # fmt: skip
Block = tuple[Stmt, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A parameter. kind: `positional-only`, `ordinary`, `varargs`, `keyword-only`, `varkw`."""

    name: str
    kind: str = "ordinary"
    has_default: bool = False
    default: Any = None
    annotation: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function: lowered from the user's source, or emitted by us.

    name: its name. params: in order of the signature. body: its statements.
    origin: the Python function it was lowered from (None for emitted and nested ones).
    captures: names of enclosing functions' locals that it reads (nested functions only).
    span: the `def` line. doc: a docstring for emitted functions.
    """

    name: str
    params: tuple[Param, ...]
    body: Block
    span: Span = NOWHERE
    origin: Any = None
    captures: tuple[str, ...] = ()
    doc: str | None = None

    @property
    def result(self) -> Atom:
        """What it returns, after `lower.exits`."""
        last = self.body[-1]
        assert isinstance(last, Return)
        return last.value


SIMPLE = frozenset({
    Assign, Unpack, Store, Augment, Effect, Keep, Break, Continue, Return, Define, Comment, Mark
})  # fmt: skip
"""The statements that hold no blocks. Walks ask for the type first: they are most of all time."""


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks directly inside a statement, in the order in which they run."""
    if type(stmt) in SIMPLE:
        return ()
    match stmt:
        case If(body=body, orelse=orelse) | For(body=body, orelse=orelse):
            return (body, orelse)
        case While(before=before, body=body, orelse=orelse):
            return (before, body, orelse)
        case With(body=body):
            return (body,)
    raise AssertionError(stmt)


def iter_atoms(iterable: Iter) -> Iterator[Atom]:
    """The atoms that an iterable reads."""
    match iterable:
        case Range(args=args):
            yield from args
        case Each(value=value) | Items(value=value):
            yield value
        case Enumerate(inner=inner, start=start):
            yield from iter_atoms(inner)
            yield start
        case Zip(inners=inners):
            for inner in inners:
                yield from iter_atoms(inner)
        case Reversed(inner=inner):
            yield from iter_atoms(inner)


def operations(stmt: Stmt) -> Iterator[Op]:
    """The operation whose value a statement binds, drops or enters, if there is one."""
    match stmt:
        case Assign(value=Op() as op) | Effect(value=op) | With(context=op):
            yield op


def op_atoms(op: Op) -> tuple[Atom, ...]:
    """The atoms that an operation reads."""
    callee = op.callee
    if callee is None:
        return op.args
    if isinstance(callee, Ref) and callee.local:
        return (*op.args, callee, Var(callee.text))
    return (*op.args, callee)


def reads(stmt: Stmt) -> tuple[Atom, ...]:
    """The atoms that a statement itself reads (not those of the blocks inside it)."""
    match stmt:
        case Assign(value=value):
            return op_atoms(value) if type(value) is Op else (value,)  # type: ignore[return-value]
        case Effect(value=op) | With(context=op):
            return op_atoms(op)
        case Unpack(value=value) | Return(value=value):
            return (value,)
        case Store(place=place, value=value):
            return (*op_atoms(place), value)
        case Augment(target=target, value=value):
            return (target, value)
        case Keep(args=args):
            return args
        case Try(catches=catches):
            return catches
        case If(test=test) | While(test=test):
            return (test,)
        case For(iterable=iterable):
            return tuple(iter_atoms(iterable))
        case Define(function=function):
            defaults = (p.default for p in function.params if isinstance(p.default, Var))
            return (*map(Var, function.captures), *defaults)
    return ()


def binds(stmt: Stmt) -> tuple[Var, ...]:
    """The variables that a statement itself binds (writes into arrays are not bindings)."""
    match stmt:
        case Assign(target=target) | Augment(target=target) | For(target=target):
            return (target,)
        case Define(target=target):
            return (target,)
        case Unpack(targets=targets):
            return targets
        case With(target=Var() as target):
            return (target,)
    return ()


def walk(block: Block) -> list[Stmt]:
    """Every statement of a block and of the blocks inside it, in order."""
    found: list[Stmt] = []
    _walk(block, found)
    return found


def _walk(block: Block, found: list[Stmt]) -> None:
    for stmt in block:
        found.append(stmt)
        if type(stmt) not in SIMPLE:
            for inner in blocks_of(stmt):
                _walk(inner, found)
