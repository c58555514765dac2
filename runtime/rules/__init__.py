"""Derivative rules: the table, and how its readers find and apply its lines."""

from .binding import bind as bind
from .evaluate import compiled as compiled
from .lookup import RULES as RULES
from .lookup import has_ruled_methods as has_ruled_methods
from .lookup import rule_of as rule_of
from .lookup import rule_of_method as rule_of_method
from .lookup import rule_of_operator as rule_of_operator
from .table import REQUIRED as REQUIRED
from .table import Rule as Rule
from .table import elementwise as elementwise
from .table import general as general
from .table import linear as linear
from .table import missing as missing
from .table import multilinear as multilinear
from .table import zero as zero
from .text import pullback_text as pullback_text
from .text import pushforward_text as pushforward_text
from .text import residuals as residuals
from .text import shape_residuals as shape_residuals
