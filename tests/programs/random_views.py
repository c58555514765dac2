"""Random statements about views of matrices, histories written row by row, and products."""

from __future__ import annotations

from .program_text import Block, Compound, Line
from .random_scope import LENGTH, ROWS, Scope
from .random_values import array, constant, growth, index, integers, number, operand, tight


def view(scope: Scope) -> Block:
    """A view of a matrix, or of an array as a matrix, which is then perhaps written."""
    base = scope.pick(scope.of_length(LENGTH))
    views = [(f"{base}.reshape(2, 2)[{scope.rng.randrange(2)}]", 2), (f"{base}.ravel()", 4)]
    views += [(f"np.split({base}, 2)[{scope.rng.randrange(2)}]", 2), (f"{base}[None, :][0]", 4)]
    for m in sorted(scope.matrices):
        views += [
            (f"{m}[{scope.rng.randrange(ROWS)}]", 4), (f"{m}[:, {index(scope)}]", 3),
            (f"{m}.T[{index(scope)}]", 3), (f"{m}.ravel()[2:6]", 4), (f"{m}[1:, 1:3][0]", 2),
            (f"{m}.reshape(4, 3)[1]", 3), (f"{m}[::-1][0]", 4), (f"np.diagonal({m})", 3),
        ]  # fmt: skip
    text, length = scope.rng.choice(views)
    name = scope.bind_array(length)
    if name == base:
        return (Line(f"{name} = {base} * 0.9"),)
    made: Block = (Line(f"{name} = {text}"),)
    if scope.chance(0.5) and "diagonal" not in text:
        made = (*made, Line(f"{name} {growth(scope, operand(scope, length))}"))
    elif "diagonal" in text:
        made = (Line(f"{name} = {text} * {tight(number(scope, 1))}"),)
    return made


def time_steps(scope: Scope) -> Block:
    """A loop over time: a history written row by row, or two buffers that change places."""
    k, start = tight(number(scope, 1)), array(scope, LENGTH, 1)
    if scope.chance(0.5):
        step = scope.rng.choice([
            f"h_[t_ + 1] = np.sin(h_[t_]) * {k}", f"h_[t_ + 1] = h_[t_] + 0.3 * {k} * h_[t_][::-1]",
            f"h_[t_ + 1, 1:] = h_[t_, :-1] * {k}", f"h_[t_ + 1] += {k} * h_[t_] * h_[0]",
        ])  # fmt: skip
        loop = Compound((("for t_ in range(3):", (Line(step),)),))
        read = scope.rng.choice(["ARRAY = h_[-1]", "ARRAY = h_[1:].sum(axis=0) * 0.3"])
        return (Line("h_ = np.zeros((4, 4))"), Line(f"h_[0] = {start}"), loop, *scope.line(read))
    step = scope.rng.choice([
        f"new_[:] = 0.5 * old_ + {k} * old_[::-1]", f"np.multiply(old_, {k}, out=new_)",
        f"new_[1:-1] = old_[2:] * {k} + 0.3 * old_[:-2]", f"new_ = np.cos(old_ * {k})",
    ])  # fmt: skip
    swap = Line("old_, new_ = new_, old_")
    loop = Compound((("for t_ in range(3):", (Line(step), swap)),))
    made = (Line(f"old_ = {tight(start)} * 1.0"), Line("new_ = np.zeros(4)"))
    return (*made, loop, *scope.line("ARRAY = old_"))


def product(scope: Scope) -> Block:
    """Sums of products, selections and rearrangements, of arrays and matrices."""
    a, b, m = array(scope, LENGTH, 1), array(scope, LENGTH, 0), "np.outer(x, y)"
    if scope.matrices:
        m = scope.pick(scope.matrices)
    k = tight(number(scope, 1))
    return scope.line(scope.rng.choice([
        f"NUMBER = 0.3 * np.einsum('i,i->', {a}, {b})",
        f"ARRAY = 0.3 * np.einsum('ji,i->j', np.outer({a}, {b}), {b})",
        f"ARRAY = 0.3 * {m}.T @ {m} @ {tight(b)}",
        f"ARRAY = np.tensordot({m}, {k} * {m}, axes=2) * {tight(b)} * 0.1",
        f"ARRAY = {tight(a)}[np.argsort({b})]",
        f"ARRAY = np.take({a}, [{integers(scope, LENGTH)}]) * {k}",
        f"ARRAY = np.select([{b} > {constant(scope)}, {b} < -0.5], [{a}, {k} * {tight(a)}], 0.1)",
        f"NUMBER = np.linalg.norm({a}) * 0.3 + {k}",
        f"NUMBER = 0.3 * np.log(np.sum(np.exp({a})))",
        f"NUMBER = 0.5 * np.dot({a}, {b}) + np.var({a})",
        f"ARRAY = np.linalg.solve(3.0 * np.eye(4) + 0.3 * np.outer({a}, {b}), {b})",
        f"ARRAY = np.concatenate([{tight(a)}[2:], {tight(b)}[:2]]) * {k}",
        f"ARRAY = np.abs({a}) ** 1.5 + np.minimum({a}, {b})",
        f"ARRAY = np.pad({tight(a)}[1:3], 1) * {k}",
        f"ARRAY = np.interp({a}, [-2.0, 0.0, 2.0], [{k}, 0.1, 0.5])",
        f"ARRAY = np.diff({a}, prepend={k})",
    ]))  # fmt: skip
