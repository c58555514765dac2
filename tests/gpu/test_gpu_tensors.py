"""Eager tensors on the device: where they are, what goes back and forth, where gradients stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adjoint

pytestmark = pytest.mark.gpu


def test_tensors_are_made_on_the_device(cp: Any) -> None:
    t = adjoint.tensor([1.0, 2.0], device="cuda")
    assert isinstance(t.data._data, cp.ndarray)
    assert t.device.type == "cuda"
    assert "device='cuda:0'" in repr(t)


def test_tensors_go_there_and_back(cp: Any) -> None:
    x = adjoint.tensor([1.0, 2.0], requires_grad=True)
    there = x.cuda()
    back = (there * there).cpu()
    assert there.device.type == x.to("cuda").device.type == "cuda"
    assert back.device.type == "cpu"
    back.sum().backward()
    assert x.grad.device.type == "cpu"
    assert x.grad.tolist() == [2.0, 4.0]


def test_gradients_stay_on_the_device(cp: Any) -> None:
    x = adjoint.tensor([1.0, 2.0, 3.0], device="cuda", requires_grad=True)
    y = adjoint.tanh(x)[1:].sum() + (x @ x).sqrt() + x.softmax(0)[0] + np.exp(-x).mean()
    y.backward()
    host = adjoint.tensor([1.0, 2.0, 3.0], requires_grad=True)
    z = adjoint.tanh(host)[1:].sum() + (host @ host).sqrt() + host.softmax(0)[0]
    (z + np.exp(-host).mean()).backward()
    assert x.grad.device.type == "cuda"
    assert np.allclose(x.grad.cpu().numpy(), host.grad.numpy(), rtol=1e-5)


def test_writes_in_place(cp: Any) -> None:
    x = adjoint.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    y = x * 2
    y[0] = y[1] * 3
    y += 1
    y.sum().backward()
    assert x.grad.cpu().tolist() == [0.0, 8.0]


def test_an_emitted_function_is_one_node_on_the_device(cp: Any) -> None:
    @adjoint.grad
    def loss(w: Any, x: Any) -> Any:
        h = np.zeros(3)
        for i in range(3):
            h[i] = np.tanh(x[i] * w[i])
        return np.sum(h * h)

    values = [0.5, -0.6, 0.7]
    w = adjoint.tensor(values, device="cuda", requires_grad=True)
    x = adjoint.tensor(values, device="cuda")
    out = loss(w, x)
    assert "LossBackward" in repr(out)
    out.backward()
    assert isinstance(w.grad._data, cp.ndarray)
    want = loss.gradient(np.array(values), np.array(values))
    assert np.allclose(w.grad.cpu().numpy(), want, rtol=1e-5)


def test_a_tensor_on_the_device_does_not_become_an_array_unasked(cp: Any) -> None:
    t = adjoint.ones(2, device="cuda")
    with pytest.raises(TypeError, match=r"can't convert cuda:0 device type tensor to numpy"):
        t.numpy()
