"""Rules of functions that rearrange, join, repeat, pick out or fill in elements."""

# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .table import collect, general, linear, missing

RESHAPING = collect(
    linear("np.reshape(a, shape)", a="np.reshape(g, np.shape(a))", also={"memory": "maybe"}),
    general("ndarray.reshape(a, *lengths)", vjp={"a": "np.reshape(g, np.shape(a))"}, jvp={"a": "np.reshape(g, np.shape(ans))"}, also={"memory": "maybe", "methods": ("reshape",)}),
    linear("np.ravel(a)", a="np.reshape(g, np.shape(a))", also={"memory": "maybe", "methods": ("ravel",)}),
    general("ndarray.flatten(a)", vjp={"a": "np.reshape(g, np.shape(a))"}, jvp={"a": "np.reshape(g, np.shape(ans))"}, also={"methods": ("flatten",)}),
    linear("np.squeeze(a, axis=None)", a="np.reshape(g, np.shape(a))", also={"memory": "view", "methods": ("squeeze",)}),
    linear("np.expand_dims(a, axis)", a="np.reshape(g, np.shape(a))", also={"memory": "view"}),
    linear("np.atleast_1d(a)", a="np.reshape(g, np.shape(a))", also={"memory": "maybe"}),
    linear("np.atleast_2d(a)", a="np.reshape(g, np.shape(a))", also={"memory": "maybe"}),
    linear("np.atleast_3d(a)", a="np.reshape(g, np.shape(a))", also={"memory": "maybe"}),
    # The tangents would have to share memory as the arrays do: a sum of what each argument gives does not.
    missing("np.broadcast_arrays", why="its arrays share memory with its arguments; call `np.broadcast_to` on each", also={"memory": "maybe"}),
    linear("np.broadcast_to(array, shape)", array="unbroadcast(g, array)", also={"memory": "view"}),
)

AXES = collect(
    linear("np.transpose(a, axes=None)", a="untranspose(g, axes)", also={"memory": "view", "plain": {"a": "np.transpose(g)"}}),
    general("ndarray.transpose(a, *axes)", vjp={"a": "untranspose(g, *axes)"}, jvp={"a": "transpose_as(g, *axes)"}, also={"memory": "view", "methods": ("transpose",)}),
    general("ndarray.T(a)", vjp={"a": "np.transpose(g)"}, jvp={"a": "np.transpose(g)"}, also={"memory": "view", "methods": ("T",)}),
    linear("np.matrix_transpose(x)", x="np.swapaxes(g, -1, -2)", also={"memory": "view", "methods": ("mT",), "aliases": ("np.linalg.matrix_transpose",)}),
    linear("np.swapaxes(a, axis1, axis2)", a="np.swapaxes(g, axis1, axis2)", also={"memory": "view", "methods": ("swapaxes",)}),
    linear("np.moveaxis(a, source, destination)", a="np.moveaxis(g, destination, source)", also={"memory": "view"}),
    linear("np.rollaxis(a, axis, start=0)", a="np.moveaxis(g, rolled_to(g, axis, start), axis)", also={"memory": "view"}),
    linear("np.flip(m, axis=None)", m="np.flip(g, axis)", also={"memory": "view"}),
    linear("np.fliplr(m)", m="np.fliplr(g)", also={"memory": "view"}),
    linear("np.flipud(m)", m="np.flipud(g)", also={"memory": "view"}),
    linear("np.rot90(m, k=1, axes=(0, 1))", m="np.rot90(g, -k, axes)", also={"memory": "view"}),
    linear("np.roll(a, shift, axis=None)", a="unroll(g, shift, axis)"),
)

JOINING = collect(
    general("np.concatenate(arrays, axis=0)", vjp={"arrays": "unconcatenate(g, arrays, axis)"}, jvp={"arrays": "np.concatenate(expand(g, arrays), axis)"}, also={"sequences": ("arrays",)}),
    general("np.stack(arrays, axis=0)", vjp={"arrays": "unstack(g, arrays, axis)"}, jvp={"arrays": "np.stack(expand(g, arrays), axis)"}, also={"sequences": ("arrays",)}),
    general("np.vstack(tup)", vjp={"tup": "unvstack(g, tup)"}, jvp={"tup": "np.vstack(expand(g, tup))"}, also={"sequences": ("tup",)}),
    general("np.hstack(tup)", vjp={"tup": "unhstack(g, tup)"}, jvp={"tup": "np.hstack(expand(g, tup))"}, also={"sequences": ("tup",)}),
    general("np.column_stack(tup)", vjp={"tup": "uncolumn_stack(g, tup)"}, jvp={"tup": "np.column_stack(expand(g, tup))"}, also={"sequences": ("tup",)}),
    general("np.dstack(tup)", vjp={"tup": "undstack(g, tup)"}, jvp={"tup": "np.dstack(expand(g, tup))"}, also={"sequences": ("tup",)}),
    general("np.meshgrid(*xi, indexing='xy')", vjp={"xi": "unmeshgrid(g, k, indexing, *xi)"}, jvp={"xi": "meshgrid_at(g, k, indexing, *xi)"}, also={"result": "tuple"}),
    general("np.append(arr, values, axis=None)", vjp={"arr": "unconcatenate(g, [arr, values], axis)[0]", "values": "unconcatenate(g, [arr, values], axis)[1]"}, jvp={"arr": "np.append(expand(g, arr), expand(0.0, values), axis)", "values": "np.append(expand(0.0, arr), expand(g, values), axis)"}),
    general("np.split(ary, indices_or_sections, axis=0)", vjp={"ary": "unsplit(g, ans, axis)"}, jvp={"ary": "np.split(g, indices_or_sections, axis)"}, also={"result": "list", "memory": "view"}),
    general("np.array_split(ary, indices_or_sections, axis=0)", vjp={"ary": "unsplit(g, ans, axis)"}, jvp={"ary": "np.array_split(g, indices_or_sections, axis)"}, also={"result": "list", "memory": "view"}),
    general("np.vsplit(ary, indices_or_sections)", vjp={"ary": "unsplit(g, ans, 0)"}, jvp={"ary": "np.vsplit(g, indices_or_sections)"}, also={"result": "list", "memory": "view"}),
    general("np.hsplit(ary, indices_or_sections)", vjp={"ary": "unsplit(g, ans, min(np.ndim(ary) - 1, 1))"}, jvp={"ary": "np.hsplit(g, indices_or_sections)"}, also={"result": "list", "memory": "view"}),
    general("np.dsplit(ary, indices_or_sections)", vjp={"ary": "unsplit(g, ans, 2)"}, jvp={"ary": "np.dsplit(g, indices_or_sections)"}, also={"result": "list", "memory": "view"}),
    general("np.unstack(x, *, axis=0)", vjp={"x": "unsplit_equal(g, ans, axis)"}, jvp={"x": "np.unstack(g, axis=axis)"}, also={"result": "tuple", "memory": "view"}),
    general("np.block(arrays)", vjp={"arrays": "unblock(g, arrays)"}, jvp={"arrays": "np.block(expand(g, arrays))"}, also={"sequences": ("arrays",)}),
    general(
        "np.insert(arr, obj, values, axis=None)",
        vjp={"arr": "insert_darr(g, arr, obj, axis)", "values": "insert_dvalues(g, arr, obj, values, axis)"},
        jvp={"arr": "np.insert(g, obj, np.zeros_like(values), axis)", "values": "np.insert(np.zeros_like(arr), obj, g, axis)"},
    ),
)

REPEATING = collect(
    linear("np.tile(A, reps)", A="untile(g, A, reps)"),
    linear("np.repeat(a, repeats, axis=None)", a="unrepeat(g, a, repeats, axis)", also={"methods": ("repeat",)}),
    linear("np.resize(a, new_shape)", a="untake(g, a, np.resize(np.arange(np.size(a)), new_shape))"),
    linear("np.pad(array, pad_width, mode='constant')", array="unpad(g, array, pad_width, mode)"),
)

DIAGONALS = collect(
    linear("np.diag(v, k=0)", v="undiag(g, v, k)", also={"memory": "maybe"}),
    linear("np.diagonal(a, offset=0, axis1=0, axis2=1)", a="undiagonal(g, a, offset, axis1, axis2)", also={"memory": "view", "methods": ("diagonal",)}),
    linear("np.trace(a, offset=0, axis1=0, axis2=1)", a="untrace(g, a, offset, axis1, axis2)", also={"methods": ("trace",)}),
    linear("np.diagflat(v, k=0)", v="np.reshape(np.diagonal(g, k), np.shape(v))"),
    linear("np.tril(m, k=0)", m="unbroadcast(np.tril(g, k), m)"),
    linear("np.triu(m, k=0)", m="unbroadcast(np.triu(g, k), m)"),
)

PICKING = collect(
    general("operator.getitem(x, index)", vjp={"x": "scatter(g, x, index)"}, jvp={"x": "g[index]"}, also={"memory": "maybe", "operator": "[]"}),
    linear("np.take(a, indices, axis=None)", a="untake(g, a, indices, axis)", also={"methods": ("take",)}),
    linear("np.take_along_axis(arr, indices, axis=-1)", arr="put_along(g, arr, indices, axis)"),
    general("ndarray.item(a, *args)", vjp={"a": "item_da(g, a, *args)"}, jvp={"a": "item_at(g, *args)"}, also={"methods": ("item",)}),
    general("ndarray.tolist(a)", vjp={"a": "cast_back(np.array(g), a, a)"}, jvp={"a": "g.tolist()"}, also={"result": "list", "methods": ("tolist",)}),
    linear("np.delete(arr, obj, axis=None)", arr="undelete(g, arr, obj, axis)"),
    general("np.trim_zeros(filt, trim='fb', axis=None)", vjp={"filt": "untrim(g, filt, trim, axis)"}, jvp={"filt": "g[kept_of(filt, trim, axis)]"}, also={"memory": "view"}),
    linear("np.compress(condition, a, axis=None)", a="untake(g, a, np.flatnonzero(condition), axis)"),
    linear("np.extract(condition, arr)", arr="untake(g, arr, np.flatnonzero(condition))"),
    general("np.choose(a, choices)", vjp={"choices": "unchoose(g, a, choices)"}, jvp={"choices": "np.choose(a, expand(g, choices))"}, also={"sequences": ("choices",)}),
    general(
        "np.select(condlist, choicelist, default=0)",
        vjp={"choicelist": "unselect(g, condlist, choicelist)", "default": "unbroadcast(np.where(unselected(condlist), g, 0), default)"},
        jvp={"choicelist": "np.select(condlist, expand(g, choicelist))", "default": "np.where(unselected(condlist), g, 0)"},
        also={"sequences": ("condlist", "choicelist")},
    ),
    missing("np.copyto np.put np.fill_diagonal np.place np.putmask np.put_along_axis", why="it writes in place; assign to a subscript instead"),
    missing("np.require np.asarray_chkfinite", why="no rule has been written yet", also={"memory": "maybe"}),
    missing("np.r_", why="brackets that join have no rule; call `np.concatenate`"),
    missing("np.c_", why="brackets that join have no rule; call `np.column_stack`"),
    missing("np.mgrid np.ogrid", why="what stands in the brackets has no rule; call `np.linspace` and `np.meshgrid`"),
    missing("np.row_stack", why="NumPy gives it up; call `np.vstack`"),
    missing("np.piecewise", why="no rule has been written yet; choose with `np.where`"),
    missing("np.apply_along_axis np.vectorize", why="it calls a function for each part; write the loop, or operations on arrays"),
    missing("np.fromiter", why="no rule has been written yet; call `np.array` on a list"),
    missing("np.fromfunction", why="it calls a function with indices; make them with `np.arange` or `np.indices`"),
)

# `ans` is read for its dtype alone: what is cut to whole numbers has no derivative.
COPYING = collect(
    linear("np.copy(a)", a="g", also={"methods": ("copy",)}),
    general("ndarray.astype(x, dtype, *, copy=True)", vjp={"x": "cast_back(g, x, ans)"}, jvp={"x": "cast_on(g, x, ans)"}, also={"memory": "maybe", "methods": ("astype",)}),
    general("np.array(object, dtype=None, *, copy=True)", vjp={"object": "cast_back(g, object, ans)"}, jvp={"object": "cast_on(g, object, ans)"}, also={"sequences": ("object",), "memory": "maybe"}),
    general("np.asarray(a, dtype=None)", vjp={"a": "cast_back(g, a, ans)"}, jvp={"a": "cast_on(g, a, ans)"}, also={"sequences": ("a",), "memory": "maybe"}),
    general("np.asanyarray(a, dtype=None)", vjp={"a": "cast_back(g, a, ans)"}, jvp={"a": "cast_on(g, a, ans)"}, also={"memory": "maybe"}),
    general("np.asfortranarray(a, dtype=None)", vjp={"a": "cast_back(g, a, ans)"}, jvp={"a": "cast_on(g, a, ans)"}, also={"memory": "maybe"}),
    general("np.ascontiguousarray(a, dtype=None)", vjp={"a": "cast_back(g, a, ans)"}, jvp={"a": "cast_on(g, a, ans)"}, also={"memory": "maybe"}),
    general("np.full(shape, fill_value, dtype=None)", vjp={"fill_value": "cast_back(unbroadcast(g, fill_value), fill_value, ans)"}, jvp={"fill_value": "expand(cast_on(g, fill_value, ans), ans)"}),
    general("np.full_like(a, fill_value, dtype=None)", vjp={"fill_value": "cast_back(unbroadcast(g, fill_value), fill_value, ans)"}, jvp={"fill_value": "expand(cast_on(g, fill_value, ans), ans)"}),
    *(
        general(f"np.{name}(x)", vjp={"x": "cast_back(g, x, ans)"}, jvp={"x": "cast_on(g, x, ans)"}, also={"gives_real": "float" in name or "double" in name, "gives_complex": "complex" in name})
        for name in ("float16", "float32", "float64", "longdouble", "complex64", "complex128")
    ),
)

RANGES = collect(
    general(
        "np.linspace(start, stop, num=50, endpoint=True)",
        vjp={"start": "unbroadcast(g * (1 - ramp(ans, endpoint)), start)", "stop": "unbroadcast(g * ramp(ans, endpoint), stop)"},
        jvp={"start": "g * (1 - ramp(ans, endpoint))", "stop": "g * ramp(ans, endpoint)"},
    ),
    general(
        "np.arange(start, stop=None, step=None)",
        vjp={"start": "arange_dstart(g, stop)", "step": "arange_dstep(g)"},
        jvp={"start": "arange_along_start(g, ans, stop)", "step": "arange_along_step(g, ans)"},
    ),
    general(
        "np.logspace(start, stop, num=50, endpoint=True, base=10.0)",
        vjp={"start": "unbroadcast(g * ans * math.log(base) * (1 - ramp(ans, endpoint)), start)", "stop": "unbroadcast(g * ans * math.log(base) * ramp(ans, endpoint), stop)"},
        jvp={"start": "g * ans * math.log(base) * (1 - ramp(ans, endpoint))", "stop": "g * ans * math.log(base) * ramp(ans, endpoint)"},
        also={"unwritten": ("base",)},
    ),
    general(
        "np.geomspace(start, stop, num=50, endpoint=True)",
        vjp={"start": "unbroadcast(g * ans * (1 - ramp(ans, endpoint)) / start, start)", "stop": "unbroadcast(g * ans * ramp(ans, endpoint) / stop, stop)"},
        jvp={"start": "g * ans * (1 - ramp(ans, endpoint)) / start", "stop": "g * ans * ramp(ans, endpoint) / stop"},
    ),
)

RULES = collect(RESHAPING, AXES, JOINING, REPEATING, DIAGONALS, PICKING, COPYING, RANGES)
