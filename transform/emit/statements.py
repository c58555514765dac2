"""Blocks of the IR as gast statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import gast

from adjoint.transform.emit import patterns
from adjoint.transform.emit.comments import comment_line, tidy_comments
from adjoint.transform.emit.comprehensions import bound_by, comprehension
from adjoint.transform.emit.fold import (
    Tree,
    Waiting,
    assignment,
    define,
    op_trees,
    settle,
    take,
    traits,
    tree_of,
)  # fmt: skip
from adjoint.transform.emit.iterables import iterable_tree
from adjoint.transform.emit.signature import arguments
from adjoint.transform.emit.templates import (
    ALWAYS,
    atom_tree,
    fill,
    hole_values,
    name_tree,
    op_tree,
)  # fmt: skip
from adjoint.transform.emit.uses import (
    Operand,
    Uses,
    conditional_target,
    short_circuit,
    stmt_operands,
)  # fmt: skip
from adjoint.transform.ir.nodes import (
    NOWHERE,
    Assign,
    Atom,
    Augment,
    Block,
    Break,
    Comment,
    Continue,
    Define,
    Effect,
    For,
    Function,
    If,
    Keep,
    Mark,
    Op,
    Return,
    Store,
    Unpack,
    Var,
    While,
    With,
    walk,
)  # fmt: skip
from adjoint.transform.passes.simplify import accumulated

_OPERATORS: dict[str, type[gast.AST]] = {
    "+": gast.Add, "-": gast.Sub, "*": gast.Mult, "/": gast.Div, "//": gast.FloorDiv,
    "%": gast.Mod, "**": gast.Pow, "@": gast.MatMult, "<<": gast.LShift, ">>": gast.RShift,
    "&": gast.BitAnd, "|": gast.BitOr, "^": gast.BitXor,
}  # fmt: skip
_STORE = gast.Store()


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for the whole function that is printed.

    uses: how its temporaries are used. is_pure: whether an operation may be moved.
    """

    uses: Uses
    is_pure: Callable[[Op], bool]


@dataclass(frozen=True, slots=True)
class State:
    """A block that is being printed: what waits, and what was printed so far."""

    facts: Facts
    waiting: list[Waiting]
    out: list[gast.AST]


def print_block(block: Block, facts: Facts) -> list[gast.AST]:
    """The statements of a block; empty if it is empty."""
    return _block(block, facts, None)[0]


def _block(block: Block, facts: Facts, last: Atom | None) -> tuple[list[gast.AST], gast.AST | None]:
    """The statements of a block, and the expression of an atom that is read at its end."""
    state = State(facts, [], [])
    position = 0
    while position < len(block):
        position += _statement(block, position, state)
    end = None
    if last is not None:
        end = tree_of(_take_atom(last, state))(last)
    if state.waiting:
        raise ValueError(f"never used: {[entry.name for entry in state.waiting]}")
    return tidy_comments(state.out), end


def _statement(block: Block, position: int, state: State) -> int:
    """Prints a statement, or keeps it waiting; returns how many statements that took."""
    stmt, facts = block[position], state.facts
    match stmt:
        case Comment(span=span):
            state.out.append(comment_line(span))
            return 1
        case Assign(target=Var(name=name)) if name in facts.uses.foldable:
            _wait(stmt, state)
            return 1
        case If() if conditional_target(stmt) is not None and _conditional(stmt, state):
            return 1
        case Define() if stmt.function.name == "<lambda>" and _lambda(stmt, state):
            return 1
    what = traits(stmt, facts.uses, facts.is_pure)
    found = take(stmt_operands(stmt), what, state.waiting, state.out)
    tree = tree_of(found)
    rest = block[position + 1 :] if isinstance(stmt, Assign | Unpack) else ()
    match stmt:
        case Unpack(value=value):
            target, more = patterns.unpacking(stmt, rest, facts.uses)
            state.out.append(assignment([target], tree(value)))
            return 1 + more
        case Assign(value=value) if chain := patterns.chain(stmt, rest, facts.uses):
            targets, more = chain
            state.out.append(assignment(targets, _value(value, tree)))
            return 1 + more
        case For():
            loop = _for(stmt, tree, facts)
            built = comprehension(state.out, loop, facts.uses)
            if built is not None:
                effects = what.effects or any(entry.effects for entry in found.values())
                reads = _names(built[1]) - bound_by(built[1])
                _keep(Waiting(*built, reads, True, effects), state)
                return 1
            state.out.append(loop)
        case If() | While() | With() | Define():
            state.out.extend(_compound(stmt, tree, facts))
        case _:
            state.out.extend(_simple(stmt, tree, facts))
    return 1


def _wait(stmt: Assign, state: State) -> None:
    """A temporary that will be printed where it is used."""
    facts = state.facts
    what = traits(stmt, facts.uses, facts.is_pure)
    found = take(stmt_operands(stmt), what, state.waiting, state.out, prints=False)
    name, tree = stmt.target.name, tree_of(found)
    match stmt.value:
        case Op() as op:
            trees = op_trees(op, tree)
            entry = define(name, op, found, trees, what.effects)
        case Var(name=other) if other in found:
            entry = replace(found[other], name=name)
        case Var(name=other) as value:
            entry = Waiting(name, atom_tree(value), frozenset({other}))
        case value:
            entry = Waiting(name, atom_tree(value))
    _keep(entry, state)


def _keep(entry: Waiting, state: State) -> None:
    """Makes a temporary wait. A call may read whatever nested functions have captured."""
    captured = state.facts.uses.captured if entry.effects else frozenset()
    state.waiting.append(replace(entry, reads=entry.reads | captured))


def _conditional(stmt: If, state: State) -> bool:
    """`x = a if c else b`, `a and b` or `a or b`; False if the branches are more than that."""
    facts, target = state.facts, conditional_target(stmt)
    assert target is not None
    inside = _inside(stmt, facts)
    body, orelse = (_lone(print_block(b, inside), target) for b in (stmt.body, stmt.orelse))
    word = short_circuit(stmt)
    if body is None or orelse is None:
        if word is not None and isinstance(stmt.test, Var):
            settle({stmt.test.name}, state.waiting, state.out)
        return False
    what = traits(stmt, facts.uses, facts.is_pure)
    prints = target.name not in facts.uses.foldable
    found = take([(stmt.test, ALWAYS)], what, state.waiting, state.out, prints)
    test = tree_of(found)(stmt.test)
    match word:
        case "and":
            tree: gast.AST = gast.BoolOp(gast.And(), _flat(gast.And, test, body))
        case "or":
            tree = gast.BoolOp(gast.Or(), _flat(gast.Or, test, orelse))
        case _:
            tree = gast.IfExp(test, body, orelse)
    effects = what.effects or any(entry.effects for entry in found.values())
    if prints:
        state.out.append(assignment([name_tree(target.name, _STORE)], tree))
    else:
        _keep(Waiting(target.name, tree, _names(tree), True, effects), state)
    return True


def _inside(stmt: If, facts: Facts) -> Facts:
    """The facts for the branches of an `If`: what both assign does not wait inside them."""
    target = conditional_target(stmt)
    if target is None:
        return facts
    own = replace(facts.uses, foldable=facts.uses.foldable - {target.name})
    return replace(facts, uses=own)


def _flat(kind: type[gast.AST], *values: gast.AST) -> list[gast.AST]:
    """The operands of a chain of `and`s or of `or`s."""
    same = [isinstance(v, gast.BoolOp) and isinstance(v.op, kind) for v in values]
    return [
        part
        for value, inner in zip(values, same, strict=True)
        for part in (value.values if inner else [value])
    ]


def _lone(stmts: list[gast.AST], target: Var) -> gast.AST | None:
    """The value that a branch assigns to the target, if it does nothing else."""
    match stmts:
        case [gast.Assign(targets=[gast.Name(id=name)], value=value)] if name == target.name:
            return value
    return None


def _lambda(stmt: Define, state: State) -> bool:
    """A function that is an expression; False if its body takes statements."""
    facts, function = state.facts, stmt.function
    match print_block(function.body, facts):
        case [gast.Return(value=value)] if value is not None:
            pass
        case _:
            return False
    foldable = stmt.target.name in facts.uses.foldable
    what = traits(stmt, facts.uses, facts.is_pure)
    operands = stmt_operands(stmt)
    found = take(operands, what, state.waiting, state.out, prints=not foldable)
    made = gast.Lambda(arguments(function, tree_of(found)), value)
    if foldable:
        own = {atom.name for atom, _ in operands if isinstance(atom, Var)}
        reads = frozenset(own).union(*(entry.reads for entry in found.values()))
        effects = any(entry.effects for entry in found.values())
        memory = any(entry.memory for entry in found.values())
        _keep(Waiting(stmt.target.name, made, reads, memory, effects), state)
    else:
        state.out.append(assignment([name_tree(stmt.target.name, _STORE)], made))
    return True


def function_def(function: Function, name: str, facts: Facts, tree: Tree) -> gast.FunctionDef:
    """A function; `tree` says how the defaults of its parameters are printed."""
    body = print_block(function.body, facts)
    returns = sum(isinstance(stmt, Return) for stmt in walk(function.body))
    match body:
        case [*before, gast.Return(value=gast.Constant(value=None))] if returns == 1:
            body = before  # falls off the end
    if function.doc is not None:
        body = [gast.Expr(gast.Constant(_indented(function.doc), None)), *body]
    return gast.FunctionDef(name, arguments(function, tree), _filled(body), [], None, None, [])


def _indented(doc: str) -> str:
    first, *rest = doc.strip().split("\n")
    lines = [first, *("    " + line if line.strip() else "" for line in rest)]
    return "\n".join(lines) + ("\n    " if rest else "")


def _simple(
    stmt: Assign | Store | Augment | Effect | Keep | Return | Break | Continue | Mark,
    tree: Tree,
    facts: Facts,
) -> list[gast.AST]:
    match stmt:
        case Assign(target=target, value=value):
            unused = target.is_temporary and not facts.uses.counts.get(target.name)
            if unused:
                return [gast.Expr(_value(value, tree))] if isinstance(value, Op) else []
            return [assignment([name_tree(target.name, _STORE)], _value(value, tree))]
        case Store(place=place, operator="", value=value):
            return [assignment([_place(place, tree)], tree(value))]
        case Store(place=place, operator=operator, value=value):
            operator, added = _accumulated(stmt, tree)
            return [gast.AugAssign(_place(place, tree), _OPERATORS[operator](), added)]
        case Augment(target=target, operator=operator, value=value):
            name = name_tree(target.name, _STORE)
            operator, added = _accumulated(stmt, tree)
            return [gast.AugAssign(name, _OPERATORS[operator](), added)]
        case Effect(value=op):
            return [gast.Expr(_value(op, tree))]
        case Keep(template=template, args=args):
            values = {hole: tree(atom) for hole, atom in hole_values(args).items()}
            return [fill(template, values)]
        case Return(value=value):
            return [gast.Return(tree(value))]
        case Break():
            return [gast.Break()]
        case Continue():
            return [gast.Continue()]
        case Mark():
            raise ValueError("a mark is left in a function that is printed")


def _compound(stmt: If | While | With | Define, tree: Tree, facts: Facts) -> list[gast.AST]:
    match stmt:
        case If(test=test, body=body, orelse=orelse):
            inside = _inside(stmt, facts)
            return [_if(tree(test), print_block(body, inside), print_block(orelse, inside))]
        case While():
            return [_while(stmt, facts)]
        case With(context=context, target=target, body=body):
            name, block = _loop_target(target, body, facts) if target else (None, body)
            item = gast.withitem(_value(context, tree), name)
            return [gast.With([item], _filled(print_block(block, facts)), None)]
        case Define(target=target, function=function):
            return [function_def(function, target.name, facts, tree)]


def _if(test: gast.AST, body: list[gast.AST], orelse: list[gast.AST]) -> gast.If:
    if body or not orelse:
        return gast.If(test, _filled(body), orelse)
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return gast.If(test.operand, orelse, [])
    return gast.If(gast.UnaryOp(gast.Not(), test), orelse, [])


def _while(stmt: While, facts: Facts) -> gast.While:
    """A test that takes statements is evaluated at the head of an endless loop."""
    before, test = _block(stmt.before, facts, stmt.test)
    body, orelse = print_block(stmt.body, facts), print_block(stmt.orelse, facts)
    if not before:
        return gast.While(test, _filled(body), orelse)
    if any(isinstance(inner, Break | Continue) for inner in walk(stmt.orelse)):
        raise ValueError("a loop's `else` that leaves an outer loop cannot be printed")
    leaves = orelse and isinstance(orelse[-1], gast.Return | gast.Raise)
    leave = _if(test, [], orelse if leaves else [*orelse, gast.Break()])
    return gast.While(gast.Constant(True, None), [*before, leave, *body], [])


def _for(stmt: For, tree: Tree, facts: Facts) -> gast.For:
    target, body = _loop_target(stmt.target, stmt.body, facts)
    over = iterable_tree(stmt.iterable, tree)
    orelse = print_block(stmt.orelse, facts)
    return gast.For(target, over, _filled(print_block(body, facts)), orelse, None)


def _loop_target(target: Var, body: Block, facts: Facts) -> tuple[gast.AST, Block]:
    """The target of a loop and what is left of its body: patterns are unpacked in the header."""
    if target.is_temporary and facts.uses.counts.get(target.name) == 1:
        found = patterns.destination(target, body, facts.uses)
        if found is not None:
            return found[0], body[found[1] :]
    return name_tree(target.name, _STORE), body


def _filled(body: list[gast.AST]) -> list[gast.AST]:
    return body or [gast.Pass()]


def _accumulated(stmt: Store | Augment, tree: Tree) -> tuple[str, gast.AST]:
    """The operator and value of an augmented assignment; the user's stay as they are."""
    if stmt.span != NOWHERE:
        return stmt.operator, tree(stmt.value)
    return accumulated(stmt.operator, tree(stmt.value))


def _place(place: Op, tree: Tree) -> gast.AST:
    made = _value(place, tree)
    made.ctx = _STORE
    return made


def _value(value: Op | Atom, tree: Tree) -> gast.AST:
    if not isinstance(value, Op):
        return tree(value)
    return op_tree(value, op_trees(value, tree))


def _take_atom(atom: Atom, state: State) -> dict[str, Waiting]:
    operand: list[Operand] = [(atom, ALWAYS)]
    what = traits(Return(atom), state.facts.uses, state.facts.is_pure)
    return take(operand, what, state.waiting, state.out)


def _names(tree: gast.AST) -> frozenset[str]:
    return frozenset(node.id for node in gast.walk(tree) if isinstance(node, gast.Name))
