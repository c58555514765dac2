"""A double of CuPy: arrays backed by NumPy that refuse whatever CuPy refuses.

`strict` stands for the module `cupy`, `StrictArray` for its arrays. What would make the host wait
for the device (`float(a)`, `bool(a)`, masks, printing) is allowed and counted.
"""

from .array import StrictArray
from .namespace import strict
from .transfer import synchronisations, to_host, to_strict

__all__ = ["StrictArray", "strict", "synchronisations", "to_host", "to_strict"]
