"""Blocks of the IR as gast statements."""

from __future__ import annotations

import gast

from adjoint.transform.emit import patterns
from adjoint.transform.emit.comments import comment_line, tidy_comments
from adjoint.transform.emit.comprehensions import bound_by, comprehension
from adjoint.transform.emit.conditionals import conditional, inside_branches
from adjoint.transform.emit.fold import Tree, Waiting, assignment, take, traits, tree_of
from adjoint.transform.emit.iterables import iterable_tree
from adjoint.transform.emit.places import note
from adjoint.transform.emit.signature import arguments
from adjoint.transform.emit.simple import simple, value_tree
from adjoint.transform.emit.templates import name_tree
from adjoint.transform.emit.uses import conditional_target, stmt_operands
from adjoint.transform.emit.waiting import Facts, State, keep, names_in, take_atom, wait
from adjoint.transform.ir.nodes import (
    CAUGHT,
    Assign,
    Atom,
    Block,
    Break,
    Comment,
    Continue,
    Define,
    For,
    Function,
    If,
    Op,
    Return,
    Try,
    Unpack,
    Var,
    While,
    With,
    walk,
)  # fmt: skip

_STORE = gast.Store()


def print_block(block: Block, facts: Facts) -> list[gast.AST]:
    """The statements of a block; empty if it is empty."""
    return _block(block, facts, None)[0]


def _block(block: Block, facts: Facts, last: Atom | None) -> tuple[list[gast.AST], gast.AST | None]:
    """The statements of a block, and the expression of an atom that is read at its end."""
    state = State(facts, [], [])
    position = 0
    while position < len(block):
        stmt, before = block[position], len(state.out)
        position += _statement(block, position, state)
        note(state.out[before:], stmt, facts.origins, facts.printed)
    end = None
    if last is not None:
        end = tree_of(take_atom(last, state))(last)
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
            wait(stmt, state)
            return 1
        case If() if (target := conditional_target(stmt)) is not None:
            inside = inside_branches(stmt, facts)
            branches = print_block(stmt.body, inside), print_block(stmt.orelse, inside)
            if conditional(stmt, target, branches, state):
                return 1
        case Define() if stmt.function.name == "<lambda>" and _lambda(stmt, state):
            return 1
    what = traits(stmt, facts.uses, facts.numbers)
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
            state.out.append(assignment(targets, value_tree(value, tree)))
            return 1 + more
        case For():
            loop = _for(stmt, tree, facts)
            built = comprehension(state.out, loop, facts.uses)
            if built is not None:
                effects = what.effects or any(entry.effects for entry in found.values())
                reads = names_in(built[1]) - bound_by(built[1])
                keep(Waiting(*built, reads, True, effects), state)
                return 1
            state.out.append(loop)
        case If() | While() | With() | Define():
            state.out.extend(_compound(stmt, tree, facts))
        case _:
            state.out.extend(simple(stmt, tree, facts))
    return 1


def _lambda(stmt: Define, state: State) -> bool:
    """A function that is an expression; False if its body takes statements."""
    facts, function = state.facts, stmt.function
    match print_block(function.body, facts):
        case [gast.Return(value=value)] if value is not None:
            pass
        case _:
            return False
    foldable = stmt.target.name in facts.uses.foldable
    what = traits(stmt, facts.uses, facts.numbers)
    operands = stmt_operands(stmt)
    found = take(operands, what, state.waiting, state.out, prints=not foldable)
    made = gast.Lambda(arguments(function, tree_of(found)), value)
    if foldable:
        own = {atom.name for atom, _ in operands if isinstance(atom, Var)}
        reads = frozenset(own).union(*(entry.reads for entry in found.values()))
        effects = any(entry.effects for entry in found.values())
        memory = any(entry.memory for entry in found.values())
        keep(Waiting(stmt.target.name, made, reads, memory, effects), state)
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


def _try(stmt: Try, tree: Tree, facts: Facts) -> gast.Try:
    body = _filled(print_block(stmt.body, facts))
    if not stmt.catches:
        return gast.Try(body, [], [], _filled(print_block(stmt.orelse, facts)))
    match stmt.orelse:
        case (Assign(target=Var(name=text), value=Op(template=template)), *rest) if (
            template is CAUGHT
        ):
            error, block = name_tree(text, gast.Store()), tuple(rest)
        case _:
            error, block = None, stmt.orelse
    classes = [tree(atom) for atom in stmt.catches]
    known = classes[0] if len(classes) == 1 else gast.Tuple(classes, gast.Load())
    handler = gast.ExceptHandler(known, error, _filled(print_block(block, facts)))
    return gast.Try(body, [handler], [], [])


def _compound(stmt: If | While | With | Define, tree: Tree, facts: Facts) -> list[gast.AST]:
    match stmt:
        case Try():
            return [_try(stmt, tree, facts)]
        case If(test=test, body=body, orelse=orelse):
            inside = inside_branches(stmt, facts)
            return [_if(tree(test), print_block(body, inside), print_block(orelse, inside))]
        case While():
            return [_while(stmt, facts)]
        case With(context=context, target=target, body=body):
            name, block = _loop_target(target, body, facts) if target else (None, body)
            item = gast.withitem(value_tree(context, tree), name)
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
