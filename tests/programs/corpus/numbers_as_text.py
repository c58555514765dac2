"""Numbers that are written as text or bytes: shown, compared and kept, or read again (refused)."""

import io

import numpy as np

from ..registry import arr, pos, program

HISTORY = []


def label(value):
    return f"value {value:.3f}"


def digits(value):
    return repr(float(value))


def parsed(text, scale):
    return scale * float(text.strip())


def remember(value):
    HISTORY.append(value * value)


class Noted:
    def __init__(self, text):
        self.text = text

    def number(self):
        return float(self.text)


@program((pos(3),))
def text_for_show(x):
    name = label(x[0]) + "!"
    notes = []
    for v in x:
        notes.append((f"{v}", name))
    assert len(notes) == 3, f"only {notes}"
    return np.sum(x * x)


@program((pos(3),))
def text_beside_numbers(x):
    rows = []
    for v in x:
        rows.append({"text": f"{v:.2f}", "square": v * v})
    return rows[0]["square"] * rows[2]["square"]


@program((pos(3),))
def text_that_chooses(x):
    weights = {"-1": 2.0, "1": 3.0}
    sign = f"{np.sign(x[0]):.0f}"
    return weights.get(sign, 1.0) * x[1] if label(x[0]) != label(x[1]) else x[2]


@program((pos(3),))
def text_of_a_length(x):
    return float(str(len(x))) * x[0] + float("0.5") * x[1]


@program((pos(3),), may_refuse=True)
def read_from_str(x):
    return 2.0 * float(str(x[0]))


@program((pos(3),), may_refuse=True)
def read_from_an_f_string(x):
    return np.float64(f"{x[0]} ") * x[1]


@program((pos(3),), may_refuse=True)
def read_by_a_helper(x):
    return parsed(digits(x[0]), x[1])


@program((pos(3),), may_refuse=True)
def read_from_an_object(x):
    return Noted(digits(x[0])).number()


@program((pos(3),), may_refuse=True)
def read_from_a_list_of_texts(x):
    parts = [str(v) for v in x]
    return sum(map(float, parts)) + np.array(parts, dtype=float).sum()


@program((pos(3),), may_refuse=True)
def read_from_a_file(x):
    file = io.StringIO()
    np.savetxt(file, x)
    file.seek(0)
    return np.loadtxt(file).sum()


@program((pos(3),), may_refuse=True)
def read_from_what_is_joined(x):
    line = ""
    for v in x:
        line += "%r " % float(v)  # noqa: UP031
    total = 0.0
    for part in line.split():
        total = total + float(part)
    return total


@program((pos(3),), may_refuse=True)
def read_from_bytes(x):
    return np.frombuffer(x.tobytes()).sum() + np.frombuffer(x).sum()


@program((pos(3),), may_refuse=True)
def read_from_bits(x):
    return (x.view("u8") & np.uint64(2**64 - 1)).view("f8").sum()


@program((pos(3),), may_refuse=True)
def read_from_what_printing_gives(x):
    return float(np.array2string(x[:1], precision=17)[1:-1])


@program((pos(3),), may_refuse=True)
def an_array_of_texts(x):
    return x.astype("S32").astype(float).sum() + x.astype(str).astype(float).sum()


@program((pos(3),), may_refuse=True)
def an_array_of_objects(x):
    return np.asarray(x, dtype=object).sum() + np.array([x[0], x[1]], dtype=object)[0]


@program((pos(3),), may_refuse=True)
def attributes_as_a_dict(x):
    noted = Noted(x[0])
    return noted.__dict__["text"] * x[1]


@program((pos(3),), may_refuse=True)
def kept_in_a_global_by_a_helper(x):
    HISTORY.clear()
    remember(x[0])
    return HISTORY[0]


@program((arr(2, 3),), may_refuse=True)
def through_flat(x):
    total = 0.0
    for v in x.flat:
        total = total + v * v
    return total + x.flat[2] * sum(x.flat)


@program((arr(2, 3),))
def through_items(x):
    return x[0].item(1) * x[1, 2].item() + x.ravel().tolist()[4]
