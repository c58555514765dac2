"""The runtime stands alone: emitted modules need it, and it needs nothing that made them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

RUNTIME = Path(__file__).parents[2] / "runtime"


@pytest.mark.parametrize("path", sorted(RUNTIME.rglob("*.py")), ids=lambda p: p.name)
def test_no_module_of_the_runtime_imports_the_transformation(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{'.' * node.level}{node.module or ''}"]
        assert not any("transform" in name for name in names), ast.unparse(node)


@pytest.mark.parametrize("name", ["graph", "eager", "autograd", "factories", "eager_call"])
def test_a_module_of_the_runtime_may_be_imported_first(name: str) -> None:
    code = f"import adjoint.runtime.{name}, sys; print('cupy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
