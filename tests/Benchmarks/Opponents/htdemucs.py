"""htdemucs.py WEIGHTS.safetensors THREADS [MIX.f32 OUT.f32]: Hybrid Transformer Demucs in PyTorch, written from the paper and the shapes of the weights; a segment a line.

With MIX and OUT it runs once and writes what it made, so that both can be compared.
"""
import json
import math
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[2]))
torch.set_grad_enabled(False)
raw = open(sys.argv[1], "rb").read()
size = int.from_bytes(raw[:8], "little")
weights = {name: torch.from_numpy(np.frombuffer(raw, np.float32, (facts["data_offsets"][1] - facts["data_offsets"][0]) // 4, 8 + size + facts["data_offsets"][0])
                                  .reshape(facts["shape"]).copy())
           for name, facts in json.loads(raw[8:8 + size]).items() if name != "__metadata__"}
FFT, HOP, SEGMENT, HEADS, DEPTH = 4096, 1024, 343980, 8, 4
LAYERS = sum(f"crosstransformer.layers.{n}.linear1.weight" in weights for n in range(24))


def w(name):
    return weights[name + ".weight"], weights[name + ".bias"]


def dconv(x, name):
    for d in range(2):
        p = f"{name}.dconv.layers.{d}."
        y = F.conv1d(x, *w(p + "0"), padding=2 ** d, dilation=2 ** d)
        y = F.gelu(F.group_norm(y, 1, *w(p + "1")))
        y = F.glu(F.group_norm(F.conv1d(y, *w(p + "3")), 1, *w(p + "4")), dim=1)
        x = x + weights[p + "6.scale"][:, None] * y
    return x


def rows(f, x):
    b, c, h, t = x.shape
    return f(x.permute(0, 2, 1, 3).reshape(-1, c, t)).view(b, h, -1, t).permute(0, 2, 1, 3)


def encode(x, name, line):
    if line:
        x = F.pad(x, (0, -x.shape[-1] % 4))
        x = dconv(F.gelu(F.conv1d(x, *w(name + ".conv"), stride=4, padding=2)), name)
        return F.glu(F.conv1d(x, *w(name + ".rewrite")), dim=1)
    x = F.gelu(F.conv2d(x, *w(name + ".conv"), stride=(4, 1), padding=(2, 0)))
    return F.glu(F.conv2d(rows(lambda y: dconv(y, name), x), *w(name + ".rewrite")), dim=1)


def decode(x, skip, name, line, length, last):
    if line:
        y = dconv(F.glu(F.conv1d(x + skip, *w(name + ".rewrite"), padding=1), dim=1), name)
        z = F.conv_transpose1d(y, *w(name + ".conv_tr"), stride=4)[..., 2:2 + length]
    else:
        y = rows(lambda v: dconv(v, name), F.glu(F.conv2d(x + skip, *w(name + ".rewrite"), padding=1), dim=1))
        z = F.conv_transpose2d(y, *w(name + ".conv_tr"), stride=(4, 1))[..., 2:-2, :]
    return z if last else F.gelu(z)


def attend(q, k, name):
    width = q.shape[-1]
    a, b = weights[name + ".in_proj_weight"].split(width), weights[name + ".in_proj_bias"].split(width)
    q, k, v = (F.linear(x, m, n).view(1, -1, HEADS, width // HEADS).transpose(1, 2) for x, m, n in zip((q, k, k), a, b))
    y = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(width // HEADS), dim=-1) @ v
    return F.linear(y.transpose(1, 2).reshape(1, -1, width), *w(name + ".out_proj"))


def layer(x, other, name, cross):
    width = (x.shape[-1],)
    q = F.layer_norm(x, width, *w(name + ".norm1"))
    k = F.layer_norm(other, width, *w(name + ".norm2")) if cross else q
    x = x + weights[name + ".gamma_1.scale"] * attend(q, k, name + (".cross_attn" if cross else ".self_attn"))
    y = F.layer_norm(x, width, *w(name + (".norm3" if cross else ".norm2")))
    x = x + weights[name + ".gamma_2.scale"] * F.linear(F.gelu(F.linear(y, *w(name + ".linear1"))), *w(name + ".linear2"))
    return F.group_norm(x.transpose(1, 2), 1, *w(name + ".norm_out")).transpose(1, 2)


def plane(width, height, length):
    table, half = torch.zeros(width, height, length), width // 2
    speed = torch.exp(torch.arange(0., half, 2) * -(math.log(10000.0) / half))
    time_phase, row_phase = torch.arange(length)[None] * speed[:, None], torch.arange(height)[None] * speed[:, None]
    table[0:half:2], table[1:half:2] = time_phase.sin()[:, None], time_phase.cos()[:, None]
    table[half::2], table[half + 1::2] = row_phase.sin()[:, :, None], row_phase.cos()[:, :, None]
    return table[None].permute(0, 3, 2, 1).reshape(1, -1, width)


def line(width, length):
    phase = torch.arange(length)[:, None] / 10000.0 ** (torch.arange(width // 2) / (width // 2 - 1))
    return torch.cat([phase.cos(), phase.sin()], dim=1)[None]


def transform(x, xt):
    b, c, h, t = x.shape
    if "channel_upsampler.weight" in weights:
        x = F.conv1d(x.reshape(b, c, -1), *w("channel_upsampler")).view(b, -1, h, t)
        xt = F.conv1d(xt, *w("channel_upsampler_t"))
    width = x.shape[1]
    x = F.layer_norm(x.permute(0, 3, 2, 1).reshape(b, -1, width), (width,), *w("crosstransformer.norm_in")) + plane(width, h, t)
    xt = F.layer_norm(xt.transpose(1, 2), (width,), *w("crosstransformer.norm_in_t")) + line(width, xt.shape[-1])
    for n in range(LAYERS):
        x, xt = (layer(x, xt, f"crosstransformer.layers.{n}", n % 2), layer(xt, x, f"crosstransformer.layers_t.{n}", n % 2))
    x, xt = x.view(b, t, h, width).permute(0, 3, 2, 1), xt.transpose(1, 2)
    if "channel_upsampler.weight" in weights:
        x = F.conv1d(x.reshape(b, width, -1), *w("channel_downsampler")).view(b, c, h, t)
        xt = F.conv1d(xt, *w("channel_downsampler_t"))
    return x, xt


def forward(mix):
    length, frames = mix.shape[-1], -(-mix.shape[-1] // HOP)
    window, edge = torch.hann_window(FFT), 3 * HOP // 2
    padded = F.pad(mix, (edge, edge + frames * HOP - length), mode="reflect")
    z = torch.stft(padded[0], FFT, HOP, window=window, normalized=True, return_complex=True)[None, :, :-1, 2:2 + frames]
    x = torch.view_as_real(z).permute(0, 1, 4, 2, 3).reshape(1, -1, FFT // 2, frames)
    mean, std, mean_t, std_t = x.mean(), x.std(), mix.mean(), mix.std()
    x, xt, skips, skips_t, lengths = (x - mean) / (1e-5 + std), (mix - mean_t) / (1e-5 + std_t), [], [], []
    for n in range(DEPTH):
        lengths.append(xt.shape[-1])
        xt, x = encode(xt, f"tencoder.{n}", True), encode(x, f"encoder.{n}", False)
        if n == 0:
            x = x + 0.2 * (10 * weights["freq_emb.embedding.weight"]).t()[None, :, :, None]
        skips.append(x)
        skips_t.append(xt)
    x, xt = transform(x, xt)
    for n in range(DEPTH):
        x = decode(x, skips.pop(), f"decoder.{n}", False, 0, n == DEPTH - 1)
        xt = decode(xt, skips_t.pop(), f"tdecoder.{n}", True, lengths.pop(), n == DEPTH - 1)
    x = (x * std + mean).view(-1, 2, FFT // 2, frames).permute(0, 2, 3, 1).contiguous()
    z = F.pad(torch.view_as_complex(x), (2, 2, 0, 1))
    y = torch.istft(z, FFT, HOP, window=window, normalized=True, length=frames * HOP + 2 * edge)[:, edge:edge + length]
    return y.view(-1, 2, length) + (xt * std_t + mean_t).view(-1, 2, length)


if len(sys.argv) > 3:
    forward(torch.from_numpy(np.fromfile(sys.argv[3], np.float32)).view(1, 2, -1)).numpy().tofile(sys.argv[4])
else:
    mix = 0.1 * torch.randn(1, 2, SEGMENT)
    for _ in sys.stdin:
        start = time.perf_counter()
        forward(mix)
        print(f"{time.perf_counter() - start:.9f}", flush=True)
