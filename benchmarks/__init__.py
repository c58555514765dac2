"""Emitted gradients beside hand-written ones and beside other libraries, by ratio.

python -m benchmarks                     # every program, as a table
python -m benchmarks mlp heat --rounds 15
"""
