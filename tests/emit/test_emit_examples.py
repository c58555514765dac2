"""The examples in the docstrings are right."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from adjoint.transform import emit

MODULES = sorted(module.name for module in pkgutil.iter_modules(emit.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"{emit.__name__}.{name}")
    assert doctest.testmod(module).failed == 0
