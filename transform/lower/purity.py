"""Which expressions only look at their operands: nothing is written, nothing is bound.

Being absent from these lists costs nothing but a shorter text: what is not known to be pure is
lowered operand by operand.
"""

from __future__ import annotations

import builtins
import types
from dataclasses import dataclass

import gast
import numpy as np

from adjoint.transform.ir.nodes import Ref
from adjoint.transform.lower.bindings import COMPREHENSIONS, targets
from adjoint.transform.lower.scope import Scope, resolve_path


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class _Callees:
    """Names of builtins, of NumPy functions (and ufuncs), of `math` functions and of methods.

    With `every`, all ufuncs of NumPy and all functions of `math` are meant.
    """

    builtins: frozenset[str]
    numpy: frozenset[str]
    math: frozenset[str]
    methods: frozenset[str]
    every: bool = False


_PURE = _Callees(
    builtins=_words("""
        abs all any bool bytes callable chr complex dict divmod enumerate float format frozenset
        getattr hasattr hash id int isinstance issubclass len list max min ord pow range repr
        reversed round set slice sorted str sum tuple type zip
    """),
    numpy=_words("""
        all allclose amax amin any arange argmax argmin argsort around array array_equal asarray
        average broadcast_to ceil clip concatenate count_nonzero cross cumprod cumsum diag diff dot
        eye finfo flatnonzero full iinfo imag inner iscomplexobj isclose isin isrealobj isscalar
        issubdtype linspace max mean median min ndim nonzero ones ones_like outer prod ptp quantile
        ravel real reshape result_type round searchsorted shape size sort stack std sum trace
        transpose unique var vdot where zeros zeros_like
        linalg.norm linalg.det linalg.eigvalsh linalg.matrix_rank linalg.cond
    """),
    math=frozenset(),
    methods=_words("""
        all any argmax argmin argsort astype clip conj copy count cumsum decode diagonal dot
        endswith find flatten format get index is_integer isalpha isdigit isidentifier isspace item
        items join keys lower lstrip max mean min nonzero norm numpy prod ptp ravel replace reshape
        round rsplit rstrip size split squeeze startswith std strip sum title tolist trace transpose
        upper values var
    """),
    every=True,
)
_TRUTH = _Callees(
    builtins=_words("all any bool callable hasattr isinstance issubclass"),
    numpy=_words("""
        all allclose any array_equal iscomplexobj isclose isin isrealobj isscalar issubdtype
        isfinite isinf isnan logical_and logical_not logical_or logical_xor signbit
        equal greater greater_equal less less_equal not_equal
    """),
    math=_words("isclose isfinite isinf isnan"),
    methods=_words("""
        all any endswith is_integer isalpha isdigit isidentifier isspace startswith
    """),
)
_PURE_NODES = (
    gast.Attribute, gast.BinOp, gast.BoolOp, gast.Compare, gast.Constant, gast.Dict,
    gast.FormattedValue, gast.IfExp, gast.JoinedStr, gast.List, gast.Name, gast.Set, gast.Slice,
    gast.Starred, gast.Subscript, gast.Tuple, gast.UnaryOp, gast.keyword, gast.comprehension,
    gast.boolop, gast.cmpop, gast.operator, gast.unaryop, gast.expr_context, *COMPREHENSIONS,
)  # fmt: skip


def is_pure(node: gast.AST, scope: Scope, bound: frozenset[str] = frozenset()) -> bool:
    """Whether evaluating an expression changes nothing; `bound` are names of comprehensions."""
    if isinstance(node, gast.Name) and node.id in scope.cursors and node.id not in bound:
        return False  # an element is taken of an iterator
    if isinstance(node, gast.Call):
        if not is_pure_callee(node, scope, bound):
            return False
        parts = [*node.args, *node.keywords]
        if isinstance(node.func, gast.Attribute):
            parts.append(node.func.value)
    elif isinstance(node, COMPREHENSIONS):
        bound |= {name for part in node.generators for name in targets(part.target)}
        if any(part.is_async for part in node.generators):
            return False
        parts = list(gast.iter_child_nodes(node))
    elif isinstance(node, _PURE_NODES):
        parts = list(gast.iter_child_nodes(node))
    else:
        return False
    return all(is_pure(part, scope, bound) for part in parts)


def gives_truth(node: gast.AST, scope: Scope) -> bool:
    """Whether an expression gives truth values, numbers without derivative or strings only."""
    match node:
        case gast.Compare() | gast.JoinedStr() | gast.UnaryOp(op=gast.Not()):
            return True
        case gast.Constant(value=bool()):
            return True
        case gast.BoolOp(values=values):
            return all(gives_truth(value, scope) for value in values)
        case gast.UnaryOp(op=gast.Invert(), operand=operand):
            return gives_truth(operand, scope)
        case gast.BinOp(op=gast.BitAnd() | gast.BitOr() | gast.BitXor(), left=left, right=right):
            return gives_truth(left, scope) and gives_truth(right, scope)
        case gast.Call(func=func):
            return _called(func, scope, frozenset(), _TRUTH)
    return False


def is_look(node: gast.AST, scope: Scope) -> bool:
    """Whether an expression is one `look`: it gives truth values or text, and changes nothing."""
    return gives_truth(node, scope) and is_pure(node, scope)


def is_pure_callee(call: gast.Call, scope: Scope, bound: frozenset[str]) -> bool:
    """Whether a call changes nothing, if its arguments do not."""
    if any(keyword.arg in (None, "out", "where", "key") for keyword in call.keywords):
        return False
    return _called(call.func, scope, bound, _PURE)


def _called(func: gast.AST, scope: Scope, bound: frozenset[str], among: _Callees) -> bool:
    """Whether a callee is one of those named."""
    root = func
    while isinstance(root, gast.Attribute):
        root = root.value
    ours = isinstance(root, gast.Name) and root.id in bound
    known = None if ours else resolve_path(func, scope)
    if not isinstance(known, Ref):
        return isinstance(func, gast.Attribute) and func.attr in among.methods
    value, name = known.value, known.text.rpartition(".")[2]
    if isinstance(value, np.ufunc):
        ufunc = value.__name__
        return value is getattr(np, ufunc, None) and (among.every or ufunc in among.numpy)
    module = getattr(value, "__module__", None) or ""
    if module in ("math", "cmath") and isinstance(value, types.BuiltinFunctionType):
        return among.every or value.__name__ in among.math
    if module.partition(".")[0] in ("numpy", "cupy"):
        return any(_ends_with(known.text, path) for path in among.numpy)
    return name in among.builtins and value is getattr(builtins, name)


def _ends_with(text: str, path: str) -> bool:
    return text == path or text.endswith(f".{path}")
