"""What NumPy reaches: the workloads as its users write them where speed matters, with `out=`.

It answers the lines that child.ts describes; the operands are those of inputs.ts. Statements are timed by `timeit`.
NumPy has its own threads for `dot` alone.
"""

import platform
import sys
import timeit

import numpy as np

ROUNDS_MAX = 256
RATE = 0.02
VOLATILITY = 0.3

# Each statement gives its result the name `r`; `o` is the place for it, `t` and `u` are for what comes between.
STATEMENTS = {
    "add": "r = np.add(a, b, out=o)",
    "fused": "np.multiply(a, a, out=t); np.multiply(b, b, out=u); np.add(t, u, out=t); np.sqrt(t, out=t); "
    "np.multiply(t, 0.5, out=t); r = np.add(t, c, out=o)",
    "sum": "r = a.sum()",
    "dot": "r = np.dot(a, b)",
    "max": "r = a.max()",
    "exp": "r = np.exp(a, out=o)",
    "sin": "r = np.sin(a, out=o)",
    "add_transposed": "r = np.add(a, b.T, out=o)",
    "every_other": "r = np.multiply(a[::2, ::2], 2, out=o)",
    "sum_axis_0": "r = a.sum(axis=0, out=o)",
    "sum_axis_1": "r = a.sum(axis=1, out=o)",
    "add_broadcast": "r = np.add(a, b, out=o)",
    "uint8_to_float32": "r = np.multiply(a, np.float32(1 / 255), out=o)",
    "gray": "np.multiply(a[..., 0], np.float32(0.2126), out=t); np.multiply(a[..., 1], np.float32(0.7152), out=u); "
    "np.add(t, u, out=t); np.multiply(a[..., 2], np.float32(0.0722), out=u); np.add(t, u, out=t); "
    "r = np.divide(t, np.float32(255), out=o)",
    "gray_to_uint8": "np.multiply(a[..., 0], 54, out=t, dtype=np.uint16); "
    "np.multiply(a[..., 1], 183, out=u, dtype=np.uint16); np.add(t, u, out=t); "
    "np.multiply(a[..., 2], 19, out=u, dtype=np.uint16); np.add(t, u, out=t); "
    "r = np.right_shift(t, 8, out=o, casting='unsafe')",
    "Mandelbrot": "r = mandelbrot(a, b, o)",
    "Black-Scholes": "r = black_scholes(a, b, c)",
}


def mandelbrot(cx, cy, out):
    """Counts rounds; points that have left are computed on no longer."""
    cx, cy = (plane.ravel() for plane in np.broadcast_arrays(cx, cy))
    x, y = np.zeros_like(cx), np.zeros_like(cy)
    live = np.arange(cx.size)
    flat = out.reshape(-1)
    for count in range(ROUNDS_MAX):
        xx, yy = x * x, y * y
        stays = xx + yy <= 4
        if not stays.all():
            flat[live[~stays]] = count
            live, x, y, xx, yy, cx, cy = (each[stays] for each in (live, x, y, xx, yy, cx, cy))
        y = 2 * x * y + cy
        x = xx - yy + cx
    flat[live] = ROUNDS_MAX
    return out


def normal(x):
    """The normal distribution by formula 26.2.17 of Abramowitz and Stegun."""
    k = 1 / (1 + 0.2316419 * np.abs(x))
    series = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    upper = 0.3989422804014327 * np.exp(x * x * -0.5) * series
    return np.where(x < 0, upper, 1 - upper)


def black_scholes(spot, strike, years):
    deviation = VOLATILITY * np.sqrt(years)
    d = (np.log(spot / strike) + (RATE + VOLATILITY**2 / 2) * years) / deviation
    return spot * normal(d) - strike * np.exp(-RATE * years) * normal(d - deviation)


def operand(seed, shape, dtype, low, high):
    with np.errstate(over="ignore"):
        index = np.arange(int(np.prod(shape)), dtype=np.uint32)
        bits = index * np.uint32(0x9E3779B1) + np.uint32((seed + 1) * 0x85EBCA6B & 0xFFFFFFFF)
        bits = (bits ^ bits >> np.uint32(15)) * np.uint32(0x2C1B3C6D)
        bits ^= bits >> np.uint32(12)
    return (low + (high - low) * ((bits >> np.uint32(8)) / 2.0**24)).astype(dtype).reshape(shape)


def load(workload, dtype, rows, columns):
    """Makes the names that the statement of a workload uses."""
    flat, plane = (columns,), (rows, columns)
    shape = flat if rows == 1 else plane
    names = {"np": np, "mandelbrot": mandelbrot, "black_scholes": black_scholes}
    out, out_dtype, between = shape, dtype, dtype
    if workload == "Mandelbrot":
        names["a"] = -2 + 2.5 * np.arange(columns) / columns
        names["b"] = (-1.25 + 2.5 * np.arange(rows) / rows)[:, None]
        out_dtype = "int32"
    elif workload == "Black-Scholes":
        ranges = ((10, 50), (10, 50), (0.25, 2))
        names.update((name, operand(i, flat, dtype, *ranges[i])) for i, name in enumerate("abc"))
    elif dtype == "uint8":
        names["a"] = operand(0, (rows, columns, 3), dtype, 0, 256)
        out = (rows, columns, 3) if workload == "uint8_to_float32" else plane
        out_dtype = "uint8" if workload == "gray_to_uint8" else "float32"
        between = "uint16" if workload == "gray_to_uint8" else "float32"
    else:
        names.update((name, operand(i, shape, dtype, -5, 5)) for i, name in enumerate("abc"))
        if workload == "add_broadcast":
            names["b"] = operand(1, flat, dtype, -5, 5)
        out = {"every_other": (rows // 2, columns // 2), "sum_axis_0": flat, "sum_axis_1": (rows,)}.get(workload, shape)
    names["o"] = np.empty(out, out_dtype)
    names["t"], names["u"] = np.empty(out, between), np.empty(out, between)
    return names


def run(statement, names, file):
    """Computes once, over what an earlier run has left."""
    names["o"].fill(-1 if names["o"].dtype.kind == "i" else 255 if names["o"].dtype.kind == "u" else np.nan)
    exec(statement, names)
    np.asarray(names["r"]).tofile(file)


def sample(statement, names, time_ms, warmup_ms, batch_us):
    timer = timeit.Timer(statement, globals=names)
    runs, warmed = 1, 0.0
    while True:
        us = timer.timeit(runs) * 1e6
        if us < batch_us:
            runs *= 2
        warmed += us
        if warmed >= warmup_ms * 1000:
            break
    samples, spent = [], 0.0
    while spent < time_ms * 1000 or not samples:
        us = timer.timeit(runs) * 1e6
        samples.append(us / runs)
        spent += us
    return samples


def main():
    print(f"NumPy {np.__version__}, Python {platform.python_version()}", flush=True)
    statement, names = "", {}
    for line in sys.stdin:
        command, *words = line.rstrip("\n").split(" ")
        if command == "load":
            workload, dtype, rows, columns = words
            names.clear()
            statement = STATEMENTS.get(workload, "")
            if statement:
                names = load(workload, dtype, int(rows), int(columns))
            print("ok" if statement else "unknown", flush=True)
        elif command == "run":
            run(statement, names, " ".join(words[1:]))
            print("ok", flush=True)
        else:
            print(*sample(statement, names, *map(float, words[1:])), flush=True)


main()
