"""Trains the reader of lines on scenes that are drawn as it learns.

    python3 models/display-lines/1/train.py [--steps N] [--first-seed N] [--from WEIGHTS] [--to WEIGHTS]

Writes model.onnx, its digest into config.json, and into check.json what it must answer to waves, all beside this file.
Needs what models/display-glyphs/1/train.py needs.
"""

import argparse
import copy
import math
import multiprocessing
import pathlib
import random

import numpy as np
import torch

from network import CLASS_COUNT, HEIGHT, Lines
from lines import WIDTH, drawn_at, example
from scenes import HELD_OUT
from shapes import SYMBOLS
from training import answers_to_waves, follow, write_beside

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 64
LEARNING_RATE = 2e-3
WARM_UP = 150  # steps
FRESH = 2  # scenes of a batch
REMEMBERED = 1500
OUTPUTS = ["symbols"]
SYMBOL_AT = {symbol: at + 1 for at, symbol in enumerate(SYMBOLS)}


def draw(queue, base, batches):
    memory, rng = [], random.Random(base)
    for at in range(batches):
        memory = [*memory, *(drawn_at(base + at * FRESH + k) for k in range(FRESH))][-REMEMBERED:]
        shown = []
        while len(shown) < BATCH:
            one = example(rng, rng.choice(memory))
            if one is not None:
                shown.append(one)
        pictures, texts = zip(*shown)
        queue.put((np.stack(pictures).astype(np.float16), texts))


def loss_of(logits, texts):
    """CTC (Graves et al. 2006, doi:10.1145/1143844.1143891): all ways in which the columns may say the text."""
    wanted = torch.tensor([SYMBOL_AT[symbol] for text in texts for symbol in text], dtype=torch.long)
    lengths = torch.tensor([len(text) for text in texts])
    columns = torch.full((len(texts),), logits.shape[1], dtype=torch.long)
    logs = logits.float().log_softmax(2).transpose(0, 1)
    return torch.nn.functional.ctc_loss(logs, wanted, columns, lengths, zero_infinity=True, reduction="none").mean()


def text_of(logits):
    """What the columns say at their likeliest."""
    said, before = "", 0
    for now in logits.argmax(1).tolist():
        if now and now != before:
            said += SYMBOLS[now - 1]
        before = now
    return said


def trained(network, given):
    network = network.train().to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=1e-3)
    queue = multiprocessing.Queue(4)
    multiprocessing.Process(target=draw, args=(queue, given.first_seed, given.steps), daemon=True).start()
    cost, right = 0.0, 0.0
    for at in range(given.steps):
        slower = 0.5 * (1 + math.cos(math.pi * at / given.steps))
        for group in optimizer.param_groups:
            group["lr"] = given.rate * min(1, (at + 1) / WARM_UP) * max(0.01, slower)
        pictures, texts = queue.get()
        pictures = torch.from_numpy(pictures).float().contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(pictures)
        loss = loss_of(logits, texts)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        follow(averaged, network, at)
        if at % 10 == 0:
            now = sum(text_of(one) == text for one, text in zip(logits.float(), texts)) / len(texts)
            cost, right = 0.95 * cost + 0.05 * float(loss), 0.95 * right + 0.05 * now
        if (at + 1) % 200 == 0:
            print(at + 1, round(cost, 3), round(right, 3), flush=True)
            if given.to is not None:
                torch.save(averaged.state_dict(), given.to)
    return averaged


def export(network, path):
    network = network.to(memory_format=torch.contiguous_format).eval()
    torch.onnx.export(
        network,
        torch.zeros(1, 3, HEIGHT, WIDTH),
        str(path),
        input_names=["line"],
        output_names=OUTPUTS,
        dynamic_axes={"line": {0: "n", 3: "width"}, "symbols": {0: "n", 1: "columns"}},
        opset_version=13,
    )
    return write_beside(path, answers_to_waves(network, HEIGHT, WIDTH, OUTPUTS))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--first-seed", type=int, default=2_000_000)
    parser.add_argument("--rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--from", dest="source", type=pathlib.Path)
    parser.add_argument("--to", type=pathlib.Path)
    given = parser.parse_args()
    if given.first_seed + given.steps * FRESH > HELD_OUT:
        parser.error("those seeds are held out")
    multiprocessing.set_start_method("fork")
    torch.set_num_threads(1)
    torch.manual_seed(1)
    network = Lines()
    assert CLASS_COUNT == len(SYMBOLS) + 1
    if given.source is not None:
        network.load_state_dict(torch.load(given.source))
    averaged = trained(network, given)
    if given.to is not None:
        torch.save(averaged.state_dict(), given.to)
    print(export(averaged, HERE / "model.onnx"))


if __name__ == "__main__":
    main()
