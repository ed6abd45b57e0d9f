"""decoder_step.py TOKENS THREADS: one token of a decoder of musicgen-small's size after so many tokens, two items, a step a line: its seconds."""
import sys
import time

import torch
import torch.nn.functional as F

tokens, threads = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
LAYERS, WIDTH, HEADS, ITEMS, INNER, LOGITS, TOLD = 24, 1024, 16, 2, 4096, 8192, 32


def noise(*shape):
    return torch.rand(*shape) * 0.02 - 0.01


def linear(inputs, outputs):
    return noise(outputs, inputs), noise(outputs)


def heads(x):
    return x.view(ITEMS, -1, HEADS, WIDTH // HEADS).transpose(1, 2)


def attention(q, k, v):
    q = heads(q).reshape(ITEMS * HEADS, -1, WIDTH // HEADS) * (WIDTH // HEADS) ** -0.5
    seen = torch.bmm(torch.softmax(torch.bmm(q, k.flatten(0, 1).transpose(1, 2)), -1), v.flatten(0, 1))
    return seen.view(ITEMS, HEADS, -1, WIDTH // HEADS).transpose(1, 2).reshape(ITEMS, -1, WIDTH)


class Layer:
    def __init__(self):
        self.qkv, self.out = linear(WIDTH, 3 * WIDTH), linear(WIDTH, WIDTH)
        self.cross_query, self.cross_out = linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)
        self.first, self.second = linear(WIDTH, INNER), linear(INNER, WIDTH)
        # The token's own key and value are put in place rather than appended: a copy less than the published code makes.
        self.k, self.v = noise(ITEMS, HEADS, tokens, WIDTH // HEADS), noise(ITEMS, HEADS, tokens, WIDTH // HEADS)
        self.told_k, self.told_v = noise(ITEMS, HEADS, TOLD, WIDTH // HEADS), noise(ITEMS, HEADS, TOLD, WIDTH // HEADS)

    def __call__(self, x):
        q, k, v = F.linear(F.layer_norm(x, (WIDTH,), scale, shift), *self.qkv).chunk(3, -1)
        self.k[:, :, -1:], self.v[:, :, -1:] = heads(k), heads(v)
        x = x + F.linear(attention(q, self.k, self.v), *self.out)
        x = x + F.linear(attention(F.linear(F.layer_norm(x, (WIDTH,), scale, shift), *self.cross_query), self.told_k, self.told_v), *self.cross_out)
        return x + F.linear(F.gelu(F.linear(F.layer_norm(x, (WIDTH,), scale, shift), *self.first)), *self.second)


scale, shift, token = noise(WIDTH), noise(WIDTH), noise(ITEMS, 1, WIDTH)
layers, logits = [Layer() for _ in range(LAYERS)], linear(WIDTH, LOGITS)


def step():
    x = token
    for layer in layers:
        x = layer(x)
    return F.linear(F.layer_norm(x, (WIDTH,), scale, shift), *logits)


for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(5):
        step()
    print(f"{(time.perf_counter() - start) / 5:.9f}", flush=True)
