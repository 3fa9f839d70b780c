"""Trains the network of displays on scenes that are drawn as it learns.

    python3 models/display-glyphs/1/train.py [--steps N] [--first-seed N] [--from WEIGHTS] [--to WEIGHTS]

Writes model.onnx, its digest into config.json, and into check.json what it must answer to waves, all beside this file.
Needs PyTorch 1.13 and onnx 1.12 (Debian: python3-torch, python3-onnx) and what scenes.py needs, one core for the training and one for the scenes. The same steps from the same seed give the same weights on the same processor.
"""

import argparse
import copy
import math
import multiprocessing
import pathlib
import random

import cv2
import numpy as np
import torch

from layouts import KINDS
from network import KIND_COUNT, STRIDE, SYMBOL_COUNT, Glyphs
from resume import resumed
from scenes import HELD_OUT, LEAST_DIGIT, Scene, scene
from shapes import SYMBOLS
from sheets import sheet
from training import answers_to_waves, follow, standardized, write_beside

HERE = pathlib.Path(__file__).resolve().parent
SIDE = 192
DRAWN_SIDE = 256  # of a scene, of which a part is seen
BATCH = 16
NEARBY_SIDE = 256  # of a look at the display alone, of as many pixels a batch
NEARBY_DRAWN_SIDE = 320
NEARBY_BATCH = 9
LEARNING_RATE = 1.5e-3
WARM_UP = 150  # steps
OUTPUTS = ["symbols", "places", "kinds", "turns"]
KIND_NAMES = [*KINDS, "none"]
# Part of the pictures that lie: they teach which way is up.
TURNED = 0.25
MIDDLE = 0.5  # of a glyph's bump: cells above it are the glyph
NORMAL_SIZE = 16  # of a glyph, in pixels: sizes are learned as logarithms of parts of it


def targets(drawn, side):
    """What an answer other than none costs (1 far from glyphs, 0 where nothing is asked, less than 0 at a glyph), places, where they count."""
    side //= STRIDE
    heat, here = np.zeros((2, SYMBOL_COUNT, side, side), np.float32)
    places, counts = np.zeros((4, side, side), np.float32), np.zeros((side, side), np.uint8)
    asked = np.ones((side, side), np.uint8)
    for x0, y0, x1, y1 in drawn.free:
        a, b = max(0, int(x0 / STRIDE)), max(0, int(y0 / STRIDE))
        asked[b : max(0, int(y1 / STRIDE) + 1), a : max(0, int(x1 / STRIDE) + 1)] = 0
    for symbol, x, y, w, h, _ in sorted(drawn.glyphs, key=lambda g: -g[4]):
        gx, gy = x / STRIDE - 0.5, y / STRIDE - 0.5
        ix, iy = min(side - 1, max(0, round(gx))), min(side - 1, max(0, round(gy)))
        sx, sy = max(0.65, w / STRIDE * 0.18), max(0.65, h / STRIDE * 0.16)
        reach = int(3 * max(sx, sy)) + 1
        x0, x1, y0, y1 = max(0, ix - reach), min(side, ix + reach + 1), max(0, iy - reach), min(side, iy + reach + 1)
        across = np.exp(-((np.arange(x0, x1) - ix) ** 2) / (2 * sx * sx))
        down = np.exp(-((np.arange(y0, y1) - iy) ** 2) / (2 * sy * sy))
        bump = down[:, None] * across[None, :]
        layer = SYMBOLS.index(symbol)
        part, weights = heat[layer, y0:y1, x0:x1], here[layer, y0:y1, x0:x1]
        np.maximum(part, bump, out=part)
        middle = bump > MIDDLE
        weights[middle] = 1 / math.sqrt(middle.sum())
        asked[y0:y1, x0:x1][middle] = 1
        for py, px in zip(*np.nonzero(cv2.dilate(middle.astype(np.uint8), np.ones((3, 3), np.uint8)))):
            if counts[py + y0, px + x0] == 0 or middle[py, px]:
                place = math.log(max(w, 1) / NORMAL_SIZE), math.log(max(h, 1) / NORMAL_SIZE), gx - px - x0, gy - py - y0
                places[:, py + y0, px + x0] = place
                counts[py + y0, px + x0] = 1
    rest = (1 - heat) ** 4 * asked
    rest[here > 0] = -here[here > 0]
    return rest, places, counts


# Of each batch this many scenes are new; the others are scenes of before, seen otherwise.
FRESH = 2
REMEMBERED = 1500


def framed_whole(rng, drawn, side):
    """The whole scene: scale, what of it is in the middle, how far that may be off, what of the picture shows it."""
    height, width = drawn.image.shape[:2]
    return side / height * rng.uniform(0.9, 1.1), width / 2, height / 2, 0.06 * side, (side, side)


def framed_part(rng, drawn, side):
    """Around one of its digits, which may have any size."""
    _, x, y, _, tall, _ = rng.choice([glyph for glyph in drawn.glyphs if glyph[0] != "."])
    wanted = math.exp(rng.uniform(math.log(LEAST_DIGIT + 2), math.log(80)))
    return min(1.6, max(0.4, wanted / max(tall, LEAST_DIGIT))), x, y, 0.4 * side, (side, side)


# As the second look at what a first one found, `near-view.ts`: digits of this height, so many of their heights around them.
NEAR_DIGIT = 36
AROUND = 1.6
LEAST_NEAR = 0.3  # of the tallest: lower ones don't say where the display is


def framed_near(rng, drawn, side):
    """The display alone, its print still seen."""
    tallest = max(glyph[4] for glyph in drawn.glyphs)
    shown = [glyph for glyph in drawn.glyphs if glyph[4] >= LEAST_NEAR * tallest]
    # The first look may have missed a line.
    shown = [glyph for glyph in shown if rng.random() < 0.9] or shown
    around = AROUND * rng.uniform(0.7, 1.3) * tallest
    x0, x1 = min(x - w / 2 for _, x, _, w, _, _ in shown), max(x + w / 2 for _, x, _, w, _, _ in shown)
    y0, y1 = min(y - h / 2 for _, _, y, _, h, _ in shown), max(y + h / 2 for _, _, y, _, h, _ in shown)
    longer = max(x1 - x0, y1 - y0) + 2 * around
    scale = min(side / longer, NEAR_DIGIT * rng.uniform(0.7, 1.25) / tallest, 2.5)
    shows = [min(side, int(scale * (length + 2 * around))) for length in (x1 - x0, y1 - y0)]
    return scale, (x0 + x1) / 2, (y0 + y1) / 2, 0.03 * side, shows


def seen_otherwise(rng, drawn, framed, side):
    """A part of a scene, nearer or farther, leaning, in other colours: a tenth of what drawing a new one costs."""
    scale, x, y, shift, (width, height) = framed(rng, drawn, side)
    lean = math.radians(rng.gauss(0, 4))
    a, b = scale * math.cos(lean), scale * math.sin(lean)
    tx = width / 2 + rng.uniform(-shift, shift) - (a * x - b * y)
    ty = height / 2 + rng.uniform(-shift, shift) - (b * x + a * y)
    move = np.array([[a, -b, tx], [b, a, ty]], np.float32)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    image = cv2.warpAffine(drawn.image, move, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE)
    image = image[:, :, rng.sample(range(3), 3)] if rng.random() < 0.5 else image
    image = 255 - image if rng.random() < 0.12 else image
    glyphs, free = [], []
    for symbol, gx, gy, w, h, role in drawn.glyphs:
        px, py, w, h = a * gx - b * gy + tx, b * gx + a * gy + ty, w * scale, h * scale
        if px < -w or py < -h or px > width + w or py > height + h:
            continue
        inside = w / 2 - 1 <= px <= width - w / 2 + 1 and h / 2 - 1 <= py <= height - h / 2 + 1
        least = LEAST_DIGIT if symbol not in ".:-/" else 1.4 if symbol in ".-" else 3
        if inside and h >= least:
            glyphs.append((symbol, px, py, w, h, role))
        else:
            free.append((px - w / 2, py - h / 2, px + w / 2, py + h / 2))
    for x0, y0, x1, y1 in drawn.free:
        xs = [a * px - b * py + tx for px in (x0, x1) for py in (y0, y1)]
        ys = [b * px + a * py + ty for px in (x0, x1) for py in (y0, y1)]
        free.append((min(xs), min(ys), max(xs), max(ys)))
    # A part of a scene has no kind: what stands around the digits tells it.
    truth = {**drawn.truth, "kind": None} if framed is framed_part else drawn.truth
    return Scene(image, glyphs, free, truth)


def filled(seen, side):
    """What a view doesn't fill of the network's input is the mean of what it fills."""
    out = np.zeros((side, side, 3), np.float32)
    out[: seen.shape[0], : seen.shape[1]] = seen
    return out


def example(rng, drawn, side):
    """One picture of a batch."""
    turn = rng.randint(1, 3) if rng.random() < TURNED else 0
    image = filled(standardized(np.rot90(drawn.image, turn)), side)
    rest, places, counts = targets(drawn, side)
    if turn:
        # Digits that lie are none; those on their heads may be others, so nothing is asked.
        rest[:], counts[:] = turn % 2, 0
    # An empty picture has no way up.
    told = turn if drawn.truth["factors"].get("size") else -100
    picture = image.transpose(2, 0, 1)
    # Nor has a sheet a kind, nor what lies on its side.
    kind = KIND_NAMES.index(drawn.truth["kind"]) if drawn.truth["kind"] and not turn else -100
    return picture.astype(np.float16), rest.astype(np.float16), places.astype(np.float16), counts, kind, told


class Drawn:
    """Scenes of one way of looking, the last of which are remembered."""

    def __init__(self, draw, side, batch, ways):
        self.draw, self.side, self.batch, self.ways = draw, side, batch, ways
        self.memory = []

    def shown(self, rng, seed):
        fresh = [self.draw(seed + k) for k in range(FRESH)]
        self.memory = [*self.memory, *fresh][-REMEMBERED:]
        for one in [*fresh, *(rng.choice(self.memory) for _ in range(self.batch - FRESH))]:
            has_digits = any(glyph[0] != "." for glyph in one.glyphs)
            framed = rng.choices(*self.ways)[0] if has_digits else framed_whole
            yield example(rng, seen_otherwise(rng, one, framed, self.side), self.side)


def from_afar(seed):
    """Two scenes, then a sheet, and so on."""
    return sheet(seed, DRAWN_SIDE) if seed % 3 == 2 else scene(seed, DRAWN_SIDE, DRAWN_SIDE)


def from_nearby(seed):
    """Displays large enough for their print to be seen."""
    return scene(seed, NEARBY_DRAWN_SIDE, NEARBY_DRAWN_SIDE, size=random.Random(seed).uniform(0.1, 0.4))


class Feed:
    """Batches in their order, drawn by processes beside this one."""

    def __init__(self, base, batches, workers):
        self.queues = []
        for k in range(workers):
            queue = multiprocessing.Queue(4)
            process = multiprocessing.Process(target=Feed.draw, args=(queue, base, k, workers, batches), daemon=True)
            process.start()
            self.queues.append(queue)
        self.batches = batches

    @staticmethod
    def draw(queue, base, first, step, batches):
        rng = random.Random(base + first)
        afar = Drawn(from_afar, SIDE, BATCH, ((framed_whole, framed_part), (0.5, 0.5)))
        nearby = Drawn(from_nearby, NEARBY_SIDE, NEARBY_BATCH, ((framed_near,), (1,)))
        for at in range(first, batches, step):
            turn = nearby if at // step % 2 else afar
            queue.put([np.stack(part) for part in zip(*turn.shown(rng, base + at * FRESH))])

    def __iter__(self):
        for at in range(self.batches):
            yield [torch.from_numpy(part) for part in self.queues[at % len(self.queues)].get()]


def entropy_of(logits, told, smoothing):
    """The mean over those that are told; a batch may have none."""
    options = {"ignore_index": -100, "label_smoothing": smoothing, "reduction": "sum"}
    return torch.nn.functional.cross_entropy(logits, told, **options) / (told >= 0).sum().clamp(min=1)


def losses(outputs, batch):
    """Of heat (focal, as CenterNet, arXiv:1904.07850), of places, of kinds, of turns."""
    symbols, places, kinds, turns = (part.float() for part in outputs)
    _, rest, wanted, counts, kind, turn = batch
    rest, wanted = rest.float(), wanted.float()
    here, weights = symbols[rest < 0], -rest[rest < 0]
    missed = (weights * torch.sigmoid(-here) ** 2 * torch.nn.functional.softplus(-here)).sum()
    invented = (rest.clamp(min=0) * torch.sigmoid(symbols) ** 2 * torch.nn.functional.softplus(symbols)).sum()
    of_heat = (missed + invented) / weights.sum().clamp(min=1)
    of_places = ((places - wanted).abs() * counts[:, None]).sum() / counts.sum().clamp(min=1)
    of_kinds, of_turns = entropy_of(kinds, kind, 0.02), entropy_of(turns, turn, 0.0)
    return of_heat, of_places, of_kinds, of_turns


def trained(network, given):
    """Over steps × FRESH scenes; a moving mean of the weights is what is returned."""
    network = network.train().to(memory_format=torch.channels_last)
    averaged = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=given.rate, weight_decay=1e-4, foreach=True)
    running = None
    for at, batch in enumerate(Feed(given.first_seed, given.steps, given.workers)):
        slower = 0.5 * (1 + math.cos(math.pi * at / given.steps)) if given.decay else 1
        for group in optimizer.param_groups:
            group["lr"] = given.rate * min(1, (at + 1) / WARM_UP) * max(0.01, slower)
        picture = batch[0].float().contiguous(memory_format=torch.channels_last)
        # bfloat16: six times as fast on a processor that multiplies matrices of it.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            outputs = network(picture)
        of_heat, of_places, of_kinds, of_turns = losses(outputs, batch)
        loss = of_heat + 0.7 * of_places + 0.8 * of_kinds + 0.4 * of_turns
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        follow(averaged, network, at)
        now = torch.stack([of_heat, of_places, of_kinds, of_turns]).detach()
        running = now if running is None else 0.97 * running + 0.03 * now
        if (at + 1) % 100 == 0:
            print(at + 1, [round(float(v), 3) for v in running], flush=True)
            if given.to is not None:
                torch.save(averaged.state_dict(), given.to)
                torch.save(network.state_dict(), given.to.with_suffix(".last"))
    return averaged


def export(network, path):
    network = network.to(memory_format=torch.contiguous_format).eval()
    loose = {0: "n", 2: "height", 3: "width"}
    torch.onnx.export(
        network,
        torch.zeros(1, 3, SIDE, SIDE),
        str(path),
        input_names=["picture"],
        output_names=OUTPUTS,
        dynamic_axes={"picture": loose, "symbols": loose, "places": loose, "kinds": {0: "n"}, "turns": {0: "n"}},
        opset_version=13,
    )
    return write_beside(path, answers_to_waves(network, 64, 64, OUTPUTS))


CALIBRATED_ON = 300  # scenes


def calibrate_kinds(network, first_seed):
    """Divides the logits of kinds by what makes displays it never saw likeliest: one temperature (arXiv:1706.04599)."""
    network.eval()
    rng = random.Random(first_seed)
    scenes = [from_nearby(first_seed + k) for k in range(CALIBRATED_ON)]
    scenes = [one for one in scenes if any(glyph[0] != "." for glyph in one.glyphs)]
    kinds = torch.tensor([KIND_NAMES.index(one.truth["kind"]) for one in scenes])
    shown = [seen_otherwise(rng, one, framed_near, NEARBY_SIDE) for one in scenes]
    pictures = [torch.from_numpy(filled(standardized(one.image), NEARBY_SIDE).transpose(2, 0, 1))[None] for one in shown]
    with torch.no_grad():
        logits = torch.cat([network(picture)[2] for picture in pictures])
        temperatures = [1.05**k for k in range(-20, 40)]
        costs = [float(torch.nn.functional.cross_entropy(logits / one, kinds)) for one in temperatures]
        temperature = temperatures[costs.index(min(costs))]
        network.kinds.weight /= temperature
        network.kinds.bias /= temperature
    print("temperature of kinds", round(temperature, 2), "cost", round(min(costs), 3))


RESUME_PICTURES = 64


def load(network, path, first_seed):
    if path.suffix != ".onnx":
        network.load_state_dict(torch.load(path))
        return
    rng = random.Random(first_seed)
    shown = [example(rng, seen_otherwise(rng, from_afar(first_seed + k), framed_whole, SIDE), SIDE)[0] for k in range(RESUME_PICTURES)]
    resumed(network, path, torch.from_numpy(np.stack(shown)).float())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--decay", action="store_true", help="slower and slower, down to a hundredth of the rate")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--from", dest="source", type=pathlib.Path, help="weights of before, or a model.onnx")
    parser.add_argument("--to", type=pathlib.Path)
    given = parser.parse_args()
    if given.first_seed + given.steps * FRESH + CALIBRATED_ON > HELD_OUT:
        parser.error("those seeds are held out")
    multiprocessing.set_start_method("fork")
    torch.set_num_threads(1)
    torch.manual_seed(1)
    network = Glyphs()
    assert KIND_COUNT == len(KIND_NAMES) and SYMBOL_COUNT == len(SYMBOLS)
    if given.source is not None:
        load(network, given.source, given.first_seed)
    averaged = trained(network, given)
    if given.to is not None:
        torch.save(averaged.state_dict(), given.to)
    calibrate_kinds(averaged, given.first_seed + given.steps * FRESH)
    print(export(averaged, HERE / "model.onnx"))


if __name__ == "__main__":
    main()
