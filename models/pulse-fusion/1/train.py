"""Trains the fusion network: traces of 20 patches in, one pulse and how far to trust each sample of it out.

    python3 models/pulse-fusion/1/train.py DATASET.bin

DATASET.bin comes from `node apps/score/dist/learned/fusion-dataset.js`. Writes model.onnx and its digest into config.json beside
this file. Needs PyTorch 1.13 or later (Debian: python3-torch); about ten minutes of one core. The same file and version give
the same weights.
"""

import hashlib
import json
import pathlib
import sys
import time

import numpy as np
import torch
from torch import nn

SEED = 1
PATCHES = 20
SAMPLES = 900
EPOCHS = 14
BATCH = 16
# Training on 13 s at a time: long enough for the reach of the layers, 2.5 s to either side.
CROP = 400
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-3
# A sample is trustworthy where pulse and truth, both of unit deviation, differ by less.
TRUSTWORTHY = 0.5
HERE = pathlib.Path(__file__).resolve().parent


def convolution(before, after, width, dilation=1):
    return nn.Conv1d(before, after, width, padding=dilation * (width // 2), dilation=dilation)


class Fusion(nn.Module):
    """The same small filters over every patch, a vote among the patches at every sample, then filters over the sum."""

    def __init__(self, patch_width=16, width=32):
        super().__init__()
        self.patch = nn.Sequential(convolution(3, patch_width, 7), nn.ELU(), convolution(patch_width, patch_width, 7, 3))
        self.vote = convolution(patch_width, 1, 15)
        self.inward = convolution(patch_width, width, 1)
        self.blocks = nn.ModuleList([convolution(width, width, 9, dilation) for dilation in (1, 3, 9)])
        self.outward = convolution(width, 2, 1)

    def forward(self, traces):
        rows, patches, colours, samples = traces.shape
        seen = nn.functional.elu(self.patch(traces.reshape(rows * patches, colours, samples)))
        vote = torch.softmax(self.vote(seen).reshape(rows, patches, 1, samples), 1)
        fused = self.inward((vote * seen.reshape(rows, patches, -1, samples)).sum(1))
        for block in self.blocks:
            fused = fused + nn.functional.elu(block(fused))
        out = self.outward(fused)
        return out[:, 0], torch.sigmoid(out[:, 1])


def standardized(wave):
    wave = wave - wave.mean(1, keepdim=True)
    return wave / (wave.pow(2).mean(1, keepdim=True).sqrt() + 1e-6)


def loss_of(pulse, confidence, truth):
    """Minus the correlation with the truth where there is one, and whether the confidence knew."""
    beating = truth.abs().amax(1) > 0
    found, wanted = standardized(pulse), standardized(truth)
    correlation = (found * wanted).mean(1)
    right = ((found - wanted).abs() < TRUSTWORTHY).float() * beating[:, None].float()
    unlike = ((1 - correlation) * beating).sum() / beating.sum().clamp(min=1)
    return unlike + nn.functional.binary_cross_entropy(confidence, right.detach())


def train(data):
    torch.manual_seed(SEED)
    network = Fusion()
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for epoch in range(EPOCHS):
        begin, total = time.time(), 0.0
        order = torch.randperm(len(data))
        for start in range(0, len(order), BATCH):
            at = int(torch.randint(0, SAMPLES - CROP, (1,)))
            records = torch.from_numpy(data[order[start : start + BATCH].numpy(), :, at : at + CROP].astype(np.float32))
            # No patch has a place of its own.
            traces = (records[:, :-1] / 1000).reshape(-1, PATCHES, 3, CROP)[:, torch.randperm(PATCHES)]
            loss = loss_of(*network(traces), records[:, -1] / 1000)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            total += float(loss) * len(records)
        schedule.step()
        print(f"epoch {epoch + 1} loss {total / len(data):.4f} {time.time() - begin:.0f} s", flush=True)
    return network.eval()


def export(network):
    path = HERE / "model.onnx"
    torch.onnx.export(
        network,
        torch.zeros(1, PATCHES, 3, CROP),
        str(path),
        input_names=["traces"],
        output_names=["pulse", "confidence"],
        dynamic_axes={
            "traces": {0: "rows", 3: "samples"},
            "pulse": {0: "rows", 1: "samples"},
            "confidence": {0: "rows", 1: "samples"},
        },
        opset_version=13,
    )
    digest = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    config = HERE / "config.json"
    text = config.read_text()
    config.write_text(text.replace(json.loads(text)["digest"], digest))
    print(path.stat().st_size, "bytes", digest)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    data = np.fromfile(sys.argv[1], dtype="<i2").reshape(-1, 3 * PATCHES + 1, SAMPLES)
    export(train(data))


if __name__ == "__main__":
    main()
