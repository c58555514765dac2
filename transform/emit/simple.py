"""Statements without blocks, as gast."""

from __future__ import annotations

import gast

from adjoint.transform.emit.fold import Tree, assignment, op_trees
from adjoint.transform.emit.templates import fill, hole_values, name_tree, op_tree
from adjoint.transform.emit.waiting import Facts
from adjoint.transform.ir.nodes import (
    NOWHERE,
    SET_ANYWAY,
    Assign,
    Atom,
    Augment,
    Break,
    Continue,
    Effect,
    Keep,
    Mark,
    Op,
    Return,
    Store,
)  # fmt: skip
from adjoint.transform.passes.simplify import accumulated

_OPERATORS: dict[str, type[gast.AST]] = {
    "+": gast.Add, "-": gast.Sub, "*": gast.Mult, "/": gast.Div, "//": gast.FloorDiv,
    "%": gast.Mod, "**": gast.Pow, "@": gast.MatMult, "<<": gast.LShift, ">>": gast.RShift,
    "&": gast.BitAnd, "|": gast.BitOr, "^": gast.BitXor,
}  # fmt: skip
_STORE = gast.Store()


def simple(
    stmt: Assign | Store | Augment | Effect | Keep | Return | Break | Continue | Mark,
    tree: Tree,
    facts: Facts,
) -> list[gast.AST]:
    """The statement; nothing where a temporary is given an atom that nobody reads."""
    match stmt:
        case Assign(target=target, value=value):
            unused = target.is_temporary and not facts.uses.counts.get(target.name)
            if unused:
                return [gast.Expr(value_tree(value, tree))] if isinstance(value, Op) else []
            return [assignment([name_tree(target.name, _STORE)], value_tree(value, tree))]
        case Store(place=place, operator="", value=value) if place.roles == SET_ANYWAY:
            owner = _place(place, tree)
            how = gast.Attribute(name_tree("object"), "__setattr__", gast.Load())
            attribute = gast.Constant(owner.attr, None)
            return [gast.Expr(gast.Call(how, [owner.value, attribute, tree(value)], []))]
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
            made = value_tree(op, tree)  # `p.w = v` is a call where the class says what it does
            return [made if isinstance(made, gast.Assign) else gast.Expr(made)]
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


def _accumulated(stmt: Store | Augment, tree: Tree) -> tuple[str, gast.AST]:
    """The operator and value of an augmented assignment; the user's stay as they are."""
    if stmt.span != NOWHERE:
        return stmt.operator, tree(stmt.value)
    return accumulated(stmt.operator, tree(stmt.value))


def _place(place: Op, tree: Tree) -> gast.AST:
    made = value_tree(place, tree)
    made.ctx = _STORE
    return made


def value_tree(value: Op | Atom, tree: Tree) -> gast.AST:
    """What an assignment assigns, as an expression."""
    if not isinstance(value, Op):
        return tree(value)
    return op_tree(value, op_trees(value, tree))
