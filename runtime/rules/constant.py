"""Functions whose result does not change, or only by jumps: their derivative is zero.

What only makes an array out of a shape is here too: nothing that it reads has a derivative. Random
numbers drawn with active parameters are `missing`: zero would be silently wrong.
"""

from __future__ import annotations

from .table import collect, missing, zero

STEPS = collect(
    zero("np.floor np.ceil np.trunc np.fix np.rint np.spacing np.signbit"),
    zero("np.round", also={"methods": ("round",), "aliases": ("np.around",)}),
    zero("np.floor_divide", also={"operator": "//", "aliases": ("operator.floordiv",)}),
    zero(
        "np.isfinite np.isnan np.isinf np.isposinf np.isneginf np.isclose np.allclose"
    ),
    zero("np.array_equal np.array_equiv np.iscomplex np.isreal np.iscomplexobj np.isrealobj"),
    zero("np.isin np.digitize np.histogram_bin_edges np.count_nonzero"),
    zero("np.nanargmax np.nanargmin np.mask_indices np.bitwise_count np.linalg.matrix_rank"),
    zero("np.isscalar np.flatnonzero np.argwhere np.lexsort np.ix_ np.unravel_index"),
    zero("np.ravel_multi_index np.diag_indices np.tril_indices np.triu_indices np.indices"),
    zero("np.diag_indices_from np.tril_indices_from np.triu_indices_from np.gcd np.lcm"),
    *(
        zero(f"np.{name}", also={"methods": (name,)})
        for name in "argmax argmin argsort argpartition searchsorted nonzero any all".split()
    ),
)

COMPARISONS = collect(
    *(
        zero(name, also={"operator": symbol, "aliases": (f"operator.{alias}",)})
        for name, symbol, alias in (
            ("np.equal", "==", "eq"),
            ("np.not_equal", "!=", "ne"),
            ("np.less", "<", "lt"),
            ("np.less_equal", "<=", "le"),
            ("np.greater", ">", "gt"),
            ("np.greater_equal", ">=", "ge"),
            ("np.bitwise_and", "&", "and_"),
            ("np.bitwise_or", "|", "or_"),
            ("np.bitwise_xor", "^", "xor"),
            ("np.left_shift", "<<", "lshift"),
            ("np.right_shift", ">>", "rshift"),
            ("np.invert", "~u", "invert"),
        )
    ),
    zero("np.logical_and np.logical_or np.logical_not np.logical_xor"),
    zero("operator.not_ operator.is_ operator.is_not operator.contains operator.truth"),
)

SHAPES = collect(
    *(zero(f"np.{name}", also={"methods": (name,)}) for name in ("shape", "ndim", "size")),
    *(
        zero(f"ndarray.{name}", also={"methods": (name,)})
        for name in ("dtype", "itemsize", "nbytes", "strides", "flags", "base")
    ),
    zero(
        "np.result_type np.can_cast np.promote_types np.finfo np.iinfo np.dtype "
        "np.broadcast_shapes np.broadcast"
    ),
    zero("np.shares_memory np.may_share_memory np.issubdtype np.errstate np.seterr"),
    zero("np.printoptions np.get_printoptions np.geterr np.einsum_path np.savez np.iterable"),
    zero("np.set_printoptions np.array2string np.array_str np.array_repr np.savetxt np.save"),
    zero("np.int8 np.int16 np.int32 np.int64 np.uint8 np.uint16 np.uint32 np.uint64 np.bool_"),
    zero("np.intp np.uintp"),
)

CREATION = collect(
    zero("np.zeros np.ones np.empty np.eye np.identity np.tri"),
    zero("np.zeros_like np.ones_like np.empty_like"),
    zero("np.fromstring np.frombuffer np.fromfile np.loadtxt np.load"),
    zero("np.hanning np.hamming np.blackman np.bartlett np.fft.fftfreq np.fft.rfftfreq"),
)

RANDOM = collect(
    zero("np.random.rand np.random.randn np.random.ranf np.random.random_sample np.random.sample"),
    zero("np.random.seed np.random.default_rng np.random.RandomState np.random.get_state"),
    zero("np.random.set_state np.random.bytes"),
    *(
        zero(f"np.random.{name}", also={"methods": (name,)})
        for name in "random standard_normal standard_exponential randint integers".split()
    ),
    *(
        missing(
            f"np.random.{name}",
            why="the numbers drawn depend on its parameters; draw standard ones and scale them",
        )
        for name in (
            "normal uniform exponential gamma beta poisson binomial choice permutation laplace "
            "lognormal multivariate_normal chisquare logistic dirichlet standard_gamma standard_t"
        ).split()
    ),
)

RULES = collect(STEPS, COMPARISONS, SHAPES, CREATION, RANDOM)
