"""Anomaly detection leads from a failing backward to the line that recorded it."""

from __future__ import annotations

import pytest

import adjoint
from adjoint import autograd


def test_nan_in_backward_is_an_error_that_names_the_operation() -> None:
    x = adjoint.zeros(2, requires_grad=True)
    with autograd.detect_anomaly():
        loss = (the_culprit := x * float("nan")).sum()
        with (
            pytest.warns(
                UserWarning, match=r"Error detected in MulBackward0(.|\n)*the_culprit := "
            ),
            pytest.raises(RuntimeError, match="Function 'MulBackward0' returned nan values in its"),
        ):
            loss.backward()
    assert the_culprit.requires_grad
    assert not autograd.is_anomaly_enabled()


def test_a_saved_tensor_that_was_modified_is_led_back_to_its_use() -> None:
    x = adjoint.ones(2, requires_grad=True)
    with autograd.set_detect_anomaly(True, check_nan=False):
        used = x.exp()
        used.add_(1)
        loss = used.sum()
        with (
            pytest.warns(UserWarning, match=r"Error detected in ExpBackward0(.|\n)*used = "),
            pytest.raises(RuntimeError, match="modified by an inplace operation"),
        ):
            loss.backward()
