"""What emitted adjoints call: small functions of arrays, readable and independent of the rest.

Each uses `np`, `math`, `types` and other helpers only, so that its source can stand in a module of
its own, and so that it runs on CuPy with `np` bound to that (`adjoint.runtime.home`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from . import (
    arrangement,
    broadcasting,
    closures,
    decompositions,
    eigen,
    einsums,
    elements,
    entries,
    filters,
    linear,
    patterns,
    placing,
    polynomials,
    products,
    reductions,
    refusals,
    selecting,
    shadows,
    signals,
    statistics,
    stores,
    structures,
    systems,
    tangents,
)
from .arrangement import arange_along_start as arange_along_start
from .arrangement import arange_along_step as arange_along_step
from .arrangement import arange_dstart as arange_dstart
from .arrangement import arange_dstep as arange_dstep
from .arrangement import axes_given as axes_given
from .arrangement import inverse_axes as inverse_axes
from .arrangement import item_at as item_at
from .arrangement import item_da as item_da
from .arrangement import meshgrid_at as meshgrid_at
from .arrangement import put_along as put_along
from .arrangement import ramp as ramp
from .arrangement import rows_of as rows_of
from .arrangement import scatter as scatter
from .arrangement import transpose_as as transpose_as
from .arrangement import uncolumn_stack as uncolumn_stack
from .arrangement import unconcatenate as unconcatenate
from .arrangement import undiag as undiag
from .arrangement import undiagonal as undiagonal
from .arrangement import undstack as undstack
from .arrangement import unhstack as unhstack
from .arrangement import unmeshgrid as unmeshgrid
from .arrangement import unpad as unpad
from .arrangement import unrepeat as unrepeat
from .arrangement import unroll as unroll
from .arrangement import unsplit as unsplit
from .arrangement import unstack as unstack
from .arrangement import untake as untake
from .arrangement import untile as untile
from .arrangement import untrace as untrace
from .arrangement import untranspose as untranspose
from .arrangement import unvstack as unvstack
from .broadcasting import along_last as along_last
from .broadcasting import cast_back as cast_back
from .broadcasting import cast_on as cast_on
from .broadcasting import count as count
from .broadcasting import expand as expand
from .broadcasting import float_dtype as float_dtype
from .broadcasting import in_dtype as in_dtype
from .broadcasting import in_shape as in_shape
from .broadcasting import is_complex as is_complex
from .broadcasting import of_floats as of_floats
from .broadcasting import seeded as seeded
from .broadcasting import shape_of as shape_of
from .broadcasting import unbroadcast as unbroadcast
from .broadcasting import unreduce as unreduce
from .closures import captured as captured
from .decompositions import cond_slopes as cond_slopes
from .decompositions import eigh_along as eigh_along
from .decompositions import eigh_da as eigh_da
from .decompositions import eigvalsh_along as eigvalsh_along
from .decompositions import eigvalsh_da as eigvalsh_da
from .decompositions import lstsq_along as lstsq_along
from .decompositions import lstsq_da as lstsq_da
from .decompositions import lstsq_db as lstsq_db
from .decompositions import matrix_power_along as matrix_power_along
from .decompositions import multi_dot_along as multi_dot_along
from .decompositions import multi_dot_parts as multi_dot_parts
from .decompositions import pinv_along as pinv_along
from .decompositions import pinv_da as pinv_da
from .decompositions import qr_along as qr_along
from .decompositions import qr_da as qr_da
from .decompositions import svd_along as svd_along
from .decompositions import svd_da as svd_da
from .decompositions import svdvals_along as svdvals_along
from .decompositions import svdvals_dx as svdvals_dx
from .eigen import eig_along as eig_along
from .eigen import eig_da as eig_da
from .eigen import eigvals_along as eigvals_along
from .eigen import eigvals_da as eigvals_da
from .eigen import tensorinv_along as tensorinv_along
from .eigen import tensorinv_da as tensorinv_da
from .eigen import tensorsolve_along as tensorsolve_along
from .eigen import tensorsolve_da as tensorsolve_da
from .eigen import tensorsolve_db as tensorsolve_db
from .einsums import einsum_at as einsum_at
from .einsums import einsum_at_along as einsum_at_along
from .einsums import einsum_dx as einsum_dx
from .einsums import einsum_dx_along as einsum_dx_along
from .einsums import einsum_exchanged as einsum_exchanged
from .einsums import einsum_terms as einsum_terms
from .elements import bessel_i as bessel_i
from .elements import direction as direction
from .elements import dist_along as dist_along
from .elements import dist_dp as dist_dp
from .elements import divide_or_zero as divide_or_zero
from .elements import extreme_along as extreme_along
from .elements import extreme_dx as extreme_dx
from .elements import hypot_dx as hypot_dx
from .elements import is_above as is_above
from .elements import is_below as is_below
from .elements import is_within as is_within
from .elements import log_of_base as log_of_base
from .elements import log_or_zero as log_or_zero
from .elements import polygamma as polygamma
from .elements import prod_along as prod_along
from .elements import prod_dx as prod_dx
from .elements import sign_dx as sign_dx
from .elements import sinc_bend as sinc_bend
from .elements import sinc_slope as sinc_slope
from .elements import sum_dx as sum_dx
from .elements import where_larger as where_larger
from .entries import add_entry as add_entry
from .entries import add_field as add_field
from .entries import add_into as add_into
from .entries import entries_of as entries_of
from .entries import entry as entry
from .entries import fold as fold
from .entries import keyed as keyed
from .entries import listed as listed
from .entries import put_back as put_back
from .entries import refill as refill
from .entries import take_entries as take_entries
from .entries import take_entry as take_entry
from .entries import take_inserted as take_inserted
from .entries import take_slice as take_slice
from .entries import unsorted as unsorted
from .entries import unzip as unzip
from .filters import convolved_part as convolved_part
from .filters import filtered_dinput as filtered_dinput
from .filters import filtered_dweights as filtered_dweights
from .filters import turned as turned
from .filters import ungaussian as ungaussian
from .linear import cholesky_along as cholesky_along
from .linear import cholesky_da as cholesky_da
from .linear import det_da as det_da
from .linear import matrix_slope as matrix_slope
from .linear import norm_slope as norm_slope
from .linear import slogdet_along as slogdet_along
from .linear import slogdet_da as slogdet_da
from .linear import solve_along as solve_along
from .linear import solve_da as solve_da
from .linear import solve_db as solve_db
from .linear import vector_slope as vector_slope
from .patterns import is_mapping as is_mapping
from .patterns import is_sequence as is_sequence
from .placing import before_axes as before_axes
from .placing import kept_of as kept_of
from .placing import outer_first as outer_first
from .placing import outer_second as outer_second
from .placing import partitioned_like as partitioned_like
from .placing import rolled_to as rolled_to
from .placing import unpartition as unpartition
from .placing import unreduceat as unreduceat
from .placing import untrim as untrim
from .polynomials import constants_along as constants_along
from .polynomials import constants_dk as constants_dk
from .polynomials import polyfit_along as polyfit_along
from .polynomials import polyfit_parts as polyfit_parts
from .polynomials import roots_along as roots_along
from .polynomials import roots_dp as roots_dp
from .polynomials import unpolyint as unpolyint
from .products import contracted as contracted
from .products import cross_da as cross_da
from .products import cross_db as cross_db
from .products import dot_da as dot_da
from .products import dot_db as dot_db
from .products import inner_da as inner_da
from .products import inner_db as inner_db
from .products import kron_da as kron_da
from .products import kron_db as kron_db
from .products import matmul_dx as matmul_dx
from .products import matmul_dy as matmul_dy
from .products import outer_da as outer_da
from .products import outer_db as outer_db
from .products import tensordot_da as tensordot_da
from .products import tensordot_db as tensordot_db
from .products import vdot_da as vdot_da
from .products import vdot_db as vdot_db
from .reductions import centered as centered
from .reductions import product_of_others as product_of_others
from .reductions import shares_of as shares_of
from .reductions import shares_of_numbers as shares_of_numbers
from .reductions import shares_where as shares_where
from .reductions import sorted_like as sorted_like
from .reductions import span_slope as span_slope
from .reductions import spread_weights as spread_weights
from .reductions import spread_where as spread_where
from .reductions import ties as ties
from .reductions import ties_of_initial as ties_of_initial
from .reductions import trapezoid_dx as trapezoid_dx
from .reductions import trapezoid_dy as trapezoid_dy
from .reductions import uncumsum as uncumsum
from .reductions import undiff as undiff
from .reductions import undiff_sums as undiff_sums
from .reductions import unit_trapezoid as unit_trapezoid
from .reductions import unsort as unsort
from .reductions import weights_along as weights_along
from .reductions import weights_dx as weights_dx
from .refusals import not_followed as not_followed
from .selecting import insert_darr as insert_darr
from .selecting import insert_dvalues as insert_dvalues
from .selecting import unblock as unblock
from .selecting import unchoose as unchoose
from .selecting import undelete as undelete
from .selecting import unselect as unselect
from .selecting import unselected as unselected
from .selecting import unsplit_equal as unsplit_equal
from .shadows import contents as contents
from .shadows import shadow as shadow
from .shadows import shadow_add as shadow_add
from .shadows import shadow_changed as shadow_changed
from .shadows import shadow_item as shadow_item
from .shadows import shadow_or as shadow_or
from .shadows import shadow_take as shadow_take
from .signals import convolve_da as convolve_da
from .signals import convolve_dv as convolve_dv
from .signals import correlate_da as correlate_da
from .signals import correlate_dv as correlate_dv
from .signals import fitted as fitted
from .signals import interp_dfp as interp_dfp
from .signals import interp_slope as interp_slope
from .signals import irfft_da as irfft_da
from .signals import irfftn_da as irfftn_da
from .signals import other_norm as other_norm
from .signals import rfft_da as rfft_da
from .signals import rfftn_da as rfftn_da
from .signals import transformed_axes as transformed_axes
from .signals import ungradient as ungradient
from .statistics import after_zero as after_zero
from .statistics import corrcoef_along as corrcoef_along
from .statistics import corrcoef_parts as corrcoef_parts
from .statistics import cov_along as cov_along
from .statistics import cov_parts as cov_parts
from .statistics import cumprod_along as cumprod_along
from .statistics import cumprod_dx as cumprod_dx
from .statistics import filled as filled
from .statistics import low_terms as low_terms
from .statistics import nanquantile_along as nanquantile_along
from .statistics import nanquantile_da as nanquantile_da
from .statistics import numbers_weights as numbers_weights
from .statistics import polymul_part as polymul_part
from .statistics import polyval_dp as polyval_dp
from .statistics import polyval_slope as polyval_slope
from .statistics import quantile_along as quantile_along
from .statistics import quantile_da as quantile_da
from .statistics import quantile_weights as quantile_weights
from .statistics import spread_of_numbers as spread_of_numbers
from .statistics import unpolyder as unpolyder
from .statistics import vander_along as vander_along
from .statistics import vander_dx as vander_dx
from .statistics import without_initial as without_initial
from .stores import buffer as buffer
from .stores import by_rows as by_rows
from .stores import gather_stored as gather_stored
from .stores import item_of as item_of
from .stores import require_scalar as require_scalar
from .stores import split_off as split_off
from .stores import stack_like as stack_like
from .stores import sum_filled as sum_filled
from .stores import unstack_like as unstack_like
from .stores import viewed as viewed
from .structures import accumulate as accumulate
from .structures import add_at as add_at
from .structures import add_item as add_item
from .structures import added_at as added_at
from .structures import fields_of as fields_of
from .structures import hooked as hooked
from .structures import own as own
from .structures import repeats as repeats
from .structures import restructure as restructure
from .structures import snapshot as snapshot
from .structures import spec as spec
from .structures import unrestructure as unrestructure
from .structures import zeros_like as zeros_like
from .systems import banded_along as banded_along
from .systems import banded_dab as banded_dab
from .systems import banded_db as banded_db
from .systems import block_at as block_at
from .systems import block_of as block_of
from .systems import cho_factor_along as cho_factor_along
from .systems import cho_factor_da as cho_factor_da
from .systems import cho_solve_along as cho_solve_along
from .systems import cho_solve_db as cho_solve_db
from .systems import cho_solve_dc as cho_solve_dc
from .systems import factor_along as factor_along
from .systems import factor_da as factor_da
from .systems import frechet_expm as frechet_expm
from .systems import frechet_logm as frechet_logm
from .systems import lu_along as lu_along
from .systems import lu_da as lu_da
from .systems import system_along as system_along
from .systems import system_da as system_da
from .systems import system_db as system_db
from .systems import toeplitz_along as toeplitz_along
from .systems import toeplitz_along_row as toeplitz_along_row
from .systems import toeplitz_dc as toeplitz_dc
from .systems import toeplitz_dr as toeplitz_dr
from .systems import triangular_along as triangular_along
from .systems import triangular_da as triangular_da
from .systems import triangular_db as triangular_db
from .systems import uncirculant as uncirculant
from .tangents import alike_tangent as alike_tangent
from .tangents import cut_tangent as cut_tangent
from .tangents import field_tangent as field_tangent
from .tangents import fill_tangent as fill_tangent
from .tangents import object_tangent as object_tangent
from .tangents import remove_tangent as remove_tangent
from .tangents import replaced_tangent as replaced_tangent
from .tangents import sorted_tangent as sorted_tangent
from .tangents import zero_tangent as zero_tangent
from .tangents import zero_tangents as zero_tangents

MODULES = (
    refusals,
    broadcasting,
    structures,
    entries,
    stores,
    elements,
    reductions,
    arrangement,
    products,
    einsums,
    linear,
    decompositions,
    signals,
    statistics,
    selecting,
    eigen,
    polynomials,
    placing,
    systems,
    filters,
    patterns,
    shadows,
    closures,
    tangents,
)

ALL: Mapping[str, FunctionType] = {
    name: function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
}
"""Every function of the helpers, the private ones included: what a helper may call."""

HELPERS: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in ALL.items() if not name.startswith("_")
}
"""The helpers by name."""

STRUCTURED: Mapping[str, int] = {
    **dict.fromkeys(("own", "snapshot", "zeros_like", "accumulate"), 0),
    **dict.fromkeys(("expand", "cast_back", "sum_dx", "prod_dx", "dist_dp", "stack_like"), 1),
    **dict.fromkeys(("unconcatenate", "unstack", "unvstack", "unhstack", "uncolumn_stack"), 1),
    **dict.fromkeys(("undstack", "restructure", "unrestructure", "unblock", "multi_dot_parts"), 1),
    "unstack_like": 1,
    **dict.fromkeys(("unselect", "unchoose"), 2),
}
"""For helpers that may give a list (or other container): the argument whose structure that has."""

SHAPE_ONLY: Mapping[str, tuple[int, ...]] = {
    "unbroadcast": (1,),
    "zeros_like": (0,),
    "buffer": (1,),
    "stack_like": (1,),
    "item_of": (2,),
    "expand": (1,),
    "unreduce": (1,),
    "count": (0,),
    "spec": (0,),
    "cast_back": (1, 2),
    "cast_on": (1, 2),
    "sum_dx": (1,),
    "uncumsum": (1,),
    "undiff": (1,),
    "trapezoid_dy": (1,),
    "unconcatenate": (1,),
    "unstack": (1,),
    "unvstack": (1,),
    "unhstack": (1,),
    "uncolumn_stack": (1,),
    "undstack": (1,),
    "unsplit": (1,),
    "untile": (1,),
    "unrepeat": (1,),
    "unpad": (1,),
    "scatter": (1,),
    "item_da": (1,),
    **dict.fromkeys(("in_dtype", "seeded"), (1,)),
    "untake": (1,),
    "put_along": (1,),
    "undiagonal": (1,),
    "undiag": (1,),
    "untrace": (1,),
    "ramp": (0,),
    "arange_along_start": (1,),
    "arange_along_step": (1,),
    **dict.fromkeys(("matmul_dx", "dot_da", "inner_da", "outer_da", "tensordot_da"), (1,)),
    **dict.fromkeys(("matmul_dy", "dot_db", "inner_db", "outer_db", "tensordot_db"), (2,)),
    **dict.fromkeys(("kron_da", "cross_da", "vdot_da"), (1,)),
    **dict.fromkeys(("kron_db", "cross_db", "vdot_db", "solve_db"), (2,)),
    "solve_da": (2,),
    **dict.fromkeys(("eigh_da", "svd_da", "qr_da", "fitted", "rfft_da", "rfftn_da"), (1,)),
    **dict.fromkeys(("irfftn_da", "ungradient", "convolve_da", "correlate_da"), (1,)),
    **dict.fromkeys(("convolve_dv", "correlate_dv"), (2,)),
    **dict.fromkeys(("unblock", "unsplit_equal", "undelete", "insert_darr"), (1,)),
    **dict.fromkeys(("polyval_dp", "unpolyder", "polymul_part", "low_terms"), (1,)),
    **dict.fromkeys(("eig_da", "tensorinv_da", "unpolyint", "constants_dk", "unreduceat"), (1,)),
    **dict.fromkeys(("outer_first", "outer_second"), (1,)),
    "tensorsolve_db": (2,),
    "insert_dvalues": (1, 3),
    "interp_dfp": (3,),
    **dict.fromkeys(("unselect", "unchoose"), (2,)),
}
"""The positions of arguments of which a helper reads only the shape and dtype."""
