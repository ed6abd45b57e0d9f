"""torch_ops.py THREADS REPEATS KIND NUMBERS...: one operation of PyTorch on so many threads, a round a line: mean seconds of REPEATS calls."""
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.set_grad_enabled(False)
repeats, kind, n = int(sys.argv[2]), sys.argv[3], [int(word) for word in sys.argv[4:]]


def noise(*shape):
    return torch.rand(*shape) * 0.2 - 0.1


def linear(rows, inputs, outputs):
    x, w, b = noise(rows, inputs), noise(outputs, inputs), noise(outputs)
    return lambda: F.linear(x, w, b)


def feed_forward(rows, inputs, outputs):
    layer = linear(rows, inputs, outputs)
    return lambda: F.gelu(layer())


def conv(inputs, outputs, height, width, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w):
    x, w, b = noise(1, inputs, height, width), noise(outputs, inputs, kernel_h, kernel_w), noise(outputs)
    return lambda: F.conv2d(x, w, b, (stride_h, stride_w), (pad_h, pad_w))


def conv_glu(*numbers):
    layer = conv(*numbers)
    return lambda: F.glu(layer(), dim=1)


def line(inputs, outputs, width, kernel, stride, pad):
    x, w, b = noise(1, inputs, width), noise(outputs, inputs, kernel), noise(outputs)
    return lambda: F.conv1d(x, w, b, stride, pad)


def transposed(inputs, outputs, height, width):
    x, w, b = noise(1, inputs, height, width), noise(inputs, outputs, 8, 1), noise(outputs)
    return lambda: F.gelu(F.conv_transpose2d(x, w, b, (4, 1))[..., 2:-2, :])


def attention(queries, keys, channels, heads):
    size = channels // heads
    q, k, v = noise(heads, queries, size), noise(heads, keys, size), noise(heads, keys, size)
    nothing = torch.empty(())
    return lambda: torch.bmm(torch.softmax(torch.baddbmm(nothing, q, k.transpose(1, 2), beta=0, alpha=size ** -0.5), -1), v)


def row_norm(channels, height, width):
    # Rows are items, as the published model has them.
    x, w, scale, residual = noise(height, channels, width), noise(channels), noise(channels // 2, 1), noise(height, channels // 2, width)
    return lambda: residual + scale * F.glu(F.group_norm(x, 1, w, w), dim=1)


def stft(channels, samples):
    x, window = noise(channels, samples), torch.hann_window(4096)
    return lambda: torch.stft(x, 4096, 1024, window=window, normalized=True, center=True, return_complex=True, pad_mode="reflect")


def istft(channels, samples):
    spectrum, window = stft(channels, samples)(), torch.hann_window(4096)
    return lambda: torch.istft(spectrum, 4096, 1024, window=window, normalized=True, center=True, length=samples)


def lstm(steps, inputs, hidden):
    x, layer = noise(steps, 1, inputs), torch.nn.LSTM(inputs, hidden)
    return lambda: layer(x)


work = globals()[kind](*n)
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    print(f"{(time.perf_counter() - start) / repeats:.9f}", flush=True)
