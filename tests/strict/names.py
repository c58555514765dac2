"""What CuPy lacks of NumPy's names, as read from CuPy 14.2's `__init__` files."""

from __future__ import annotations

LACKING = frozenset(
    """asmatrix block bmat busday_count busday_offset busdaycalendar bytes_ char character
    clongdouble complex256 core ctypeslib datetime64 datetime_as_string datetime_data einsum_path
    emath errstate f2py flexible float128 frompyfunc fromregex geomspace get_include getbufsize
    geterr geterrcall histogram_bin_edges info insert is_busday isnat lib little_endian longdouble
    ma matrix matvec memmap nanpercentile nanquantile ndenumerate nditer nested_iters object_
    polyder polydiv polyint rec recarray record sctypeDict setbufsize seterr seterrcall show_runtime
    spacing str_ strings test timedelta64 typecodes typing unstack vecdot vecmat void
    linalg.diagonal linalg.matrix_norm linalg.multi_dot linalg.outer linalg.svdvals
    linalg.tensordot linalg.trace linalg.vecdot linalg.vector_norm""".split()
)

# These make arrays from what lives on the host: numbers, lists, shapes.
CREATION = frozenset(
    """array asarray asanyarray ascontiguousarray zeros ones empty full eye identity arange linspace
    logspace tri indices diag_indices triu_indices tril_indices""".split()
)

# These answer with something of the host's: shapes, dtypes, numbers that need no device.
HOST_ANSWERS = frozenset(
    """shape ndim size result_type can_cast promote_types issubdtype finfo iinfo dtype common_type
    broadcast_shapes iscomplexobj isrealobj isscalar min_scalar_type may_share_memory
    shares_memory""".split()
)

# Elementwise without being a ufunc of NumPy's: numbers may stand beside arrays.
NUMBERS_WELCOME = frozenset("clip full_like maximum minimum real imag angle isclose".split())

# Products and solves: both operands are arrays.
BINARY = frozenset(
    """dot vdot inner outer tensordot kron cross searchsorted linalg.solve linalg.lstsq
    ndarray.dot""".split()
)

METHODS = tuple(
    """all any argmax argmin argsort astype clip conj conjugate copy cumprod cumsum diagonal dot
    flatten max mean min nonzero prod ravel repeat reshape round squeeze std sum swapaxes take trace
    transpose var""".split()
)
IN_PLACE_METHODS = ("fill", "sort", "put", "partition")
