"""Warnings, and errors that have no counterpart among PyTorch's programs."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest

import adjoint


def test_reading_the_gradient_of_a_result_warns() -> None:
    y = adjoint.ones(2, requires_grad=True) * 2
    with pytest.warns(UserWarning, match=r"The \.grad attribute of a Tensor that is not a leaf"):
        assert y.grad is None


def test_turning_a_recorded_tensor_into_a_number_warns() -> None:
    x = adjoint.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="Converting a tensor with requires_grad=True to a scalar"):
        assert float(x) == 1.0


def test_a_computed_tensor_is_not_pickled() -> None:
    y = adjoint.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="only leaf tensors can be pickled"):
        pickle.dumps(y)
    assert pickle.loads(pickle.dumps(y.detach())).tolist() == [2.0, 2.0]


def test_a_missing_gpu_library_is_named() -> None:
    try:
        import cupy  # noqa: F401
    except ImportError:
        with pytest.raises(RuntimeError, match="need CuPy"):
            adjoint.ones(2, device="cuda")
        with pytest.raises(RuntimeError, match="need CuPy"):
            adjoint.ones(2).cuda()
    assert adjoint.ones(2).cpu().device == "cpu"


def test_types_that_tensors_do_not_hold_are_refused() -> None:
    with pytest.raises(TypeError, match=r"can't convert np\.ndarray of type numpy\.uint64"):
        adjoint.from_numpy(np.ones(2, "uint64"))
    with pytest.raises(TypeError, match="invalid data type 'str'"):
        adjoint.tensor("one")


def test_many_threads_add_to_one_leaf() -> None:
    x = adjoint.zeros(1000, requires_grad=True)

    def work() -> None:
        for _ in range(50):
            (x * 2).sum().backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad is not None
    assert (x.grad == 400).all()


def test_switching_recording_off_does_not_reach_other_threads() -> None:
    seen: list[bool] = []
    with adjoint.no_grad():
        thread = threading.Thread(target=lambda: seen.append(adjoint.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_complex_gradients_follow_the_conjugate_convention() -> None:
    z = adjoint.tensor([1 + 2j, 3 - 1j], requires_grad=True)
    x = adjoint.tensor([1.0, 2.0], requires_grad=True)
    (z * z * x).abs().sum().backward()
    assert repr(z.grad) == "tensor([ 2.+4.j, 12.-4.j])"
    assert repr(x.grad) == "tensor([ 5., 10.])"


def test_seeds_repeat() -> None:
    adjoint.manual_seed(3)
    first = adjoint.randn(4)
    adjoint.manual_seed(3)
    assert first.equal(adjoint.randn(4))
