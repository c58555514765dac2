"""Libraries that are imported when something of theirs is first asked for."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class OnDemand(ModuleType):
    """Stands for a library under its name: rules and helpers say `scipy.special.digamma(x)`.

    Whoever reaches a rule of the library's has imported it: nothing is imported that was not.
    """

    def __getattr__(self, name: str) -> Any:
        """Import the library, and the part of it that is asked for."""
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return getattr(importlib.import_module(self.__name__), name)
        except AttributeError:
            return importlib.import_module(f"{self.__name__}.{name}")


scipy = OnDemand("scipy")
