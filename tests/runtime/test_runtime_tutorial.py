"""The sample prints what the seed tutorial shows, random numbers and addresses aside."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "samples" / "autograd_tutorial.py"

SHOWN = """\
tensor([[1., 1.],
        [1., 1.]], requires_grad=True)
None
tensor([[3., 3.],
        [3., 3.]], grad_fn=<AddBackward0>)
<AddBackward0 object at 0x7f978f61c0b8>
tensor([[27., 27.],
        [27., 27.]], grad_fn=<MulBackward0>) 
 tensor(27., grad_fn=<MeanBackward0>)
tensor([[-0.1634, -0.6950],
        [ 0.8751,  1.1640]]) False None
tensor([[  0.4213,   1.2301],
        [-21.0248,  21.2918]]) False None
None
True
<SumBackward0 object at 0x7f978f608198>
tensor(27., grad_fn=<MeanBackward0>)
tensor([[4.5000, 4.5000],
        [4.5000, 4.5000]])
<bound method Tensor.retain_grad of tensor([[3., 3.],
        [3., 3.]], grad_fn=<AddBackward0>)>
tensor([-1408.8143,   136.5251,   675.6753], grad_fn=<MulBackward0>)
tensor([1.0240e+02, 1.0240e+03, 1.0240e-01])
True
True
True
False
True
False
tensor(True)
"""  # noqa: W291 - the notebook prints this space
RANDOM_LINES = {9, 10, 11, 12, 21, 22}  # drawn, or scaled by how often a drawn vector was doubled


def comparable(text: str) -> list[str]:
    """Drops addresses, and the numbers of the lines that are drawn."""
    lines = [re.sub("0x[0-9a-f]+", "0x", line) for line in text.splitlines()]
    return [
        re.sub(r"[-\d.e+, ]+", "#", line) if k in RANDOM_LINES else line
        for k, line in enumerate(lines)
    ]


def test_the_sample_prints_the_tutorial(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(SAMPLE), run_name="__main__")
    assert comparable(capsys.readouterr().out) == comparable(SHOWN)
