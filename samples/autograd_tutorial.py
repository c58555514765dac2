"""The autograd tutorial, cell by cell, with `adjoint` in PyTorch's place.

Run it with `python samples/autograd_tutorial.py`. The cells are those of the notebook from which
this project started; what they print is what the notebook shows, random numbers and addresses
aside.
"""

from __future__ import annotations

import adjoint

# %% Create a tensor and set requires_grad = True
x = adjoint.ones(2, 2, requires_grad=True)
print(x)
print(x.grad_fn)

# %% Do an operation
y = x + 2
print(y)
print(y.grad_fn)

# %% Do more operations
z = y * y * 3
out = z.mean()
print(z, "\n", out)

# %% `.requires_grad` is False by default: there is no grad function to get
a = adjoint.randn(2, 2)
print(a, a.requires_grad, a.grad_fn)

a = (a * 3) / (a - 1)
print(a, a.requires_grad, a.grad_fn)

b = (a * a).sum()
print(b.grad_fn)

# After the update there is one.
a.requires_grad_(True)
print(a.requires_grad)

b = (a * a).sum()
print(b.grad_fn)

# %% Backward
x = adjoint.ones(2, 2, requires_grad=True)
y = x + 2
z = y * y * 3
out = z.mean()
print(out)

# %% The Jacobian matrix: gradients d(out) / dx
out = z.mean()
out.backward()
print(x.grad)
print(y.retain_grad)

# %% A vector-Jacobian product
x = adjoint.randn(3, requires_grad=True)
y = x * 2
while y.data.norm() < 1000:
    y = y * 2

print(y)

# Since y is a vector, all there is to get is a vector-Jacobian product.
v = adjoint.tensor([0.1, 1.0, 0.0001], dtype=adjoint.float)
y.backward(v)
print(x.grad)

# %% With the no_grad block
print(x.requires_grad)
print((x**2).requires_grad)
with adjoint.no_grad():
    print(x.requires_grad)
    print((x**2).requires_grad)

# %% .detach(): afterwards requires_grad is False
print(x.requires_grad)
y = x.detach()
print(y.requires_grad)

# The content is still the same.
print(x.eq(y).all())
