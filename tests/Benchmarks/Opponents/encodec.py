"""encodec.py decode|encode THREADS: ten seconds through the codec of the published MusicGen models, weights of noise (multiplied with their norms beforehand), a round a line: its seconds."""
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

work, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
FILTERS, RATIOS, LATENT, BOOKS, CODES, FRAMES = 64, [8, 5, 4, 4], 128, 4, 2048, 500


class Conv(nn.Conv1d):
    def forward(self, x):
        total = self.kernel_size[0] - self.stride[0]
        return super().forward(F.pad(x, (total - total // 2, total // 2), mode="reflect"))


class Up(nn.ConvTranspose1d):
    def forward(self, x):
        total = self.kernel_size[0] - self.stride[0]
        return super().forward(x)[..., total - total // 2:-(total // 2) or None]


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.block = nn.Sequential(nn.ELU(), Conv(channels, channels // 2, 3), nn.ELU(), Conv(channels // 2, channels, 1))

    def forward(self, x):
        return x + self.block(x)


class Memory(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, width, 2)

    def forward(self, x):
        x = x.permute(2, 0, 1)
        return (self.lstm(x)[0] + x).permute(1, 2, 0)


down, up, channels = [Conv(1, FILTERS, 7)], [], FILTERS
for ratio in reversed(RATIOS):
    down += [Residual(channels), nn.ELU(), Conv(channels, 2 * channels, 2 * ratio, ratio)]
    channels *= 2
down += [Memory(channels), nn.ELU(), Conv(channels, LATENT, 7)]
up = [Conv(LATENT, channels, 7), Memory(channels)]
for ratio in RATIOS:
    up += [nn.ELU(), Up(channels, channels // 2, 2 * ratio, ratio), Residual(channels // 2)]
    channels //= 2
up += [nn.ELU(), Conv(channels, 1, 7)]
encoder, decoder, books = nn.Sequential(*down), nn.Sequential(*up), torch.rand(BOOKS, CODES, LATENT) * 0.3 - 0.15


def encode(samples):
    rest, codes = encoder(samples)[0].t(), []
    for book in books:
        codes.append((2 * rest @ book.t() - book.pow(2).sum(1)).argmax(1))
        rest = rest - book[codes[-1]]
    return torch.stack(codes)


def decode(codes):
    return decoder(sum(book[row] for book, row in zip(books, codes)).t()[None])


hop = 1
for ratio in RATIOS:
    hop *= ratio
given = torch.randint(CODES, (BOOKS, FRAMES)) if work == "decode" else torch.rand(1, 1, FRAMES * hop) * 0.2 - 0.1
for _ in sys.stdin:
    start = time.perf_counter()
    decode(given) if work == "decode" else encode(given)
    print(f"{time.perf_counter() - start:.9f}", flush=True)
