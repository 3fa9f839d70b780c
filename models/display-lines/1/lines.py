"""Cuts lines of displays out of scenes, as the reader cuts them out of photos where the detector has found their digits."""

import math
import pathlib
import random
import sys

import cv2
import numpy as np

from network import HEIGHT

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "display-glyphs" / "1"))
from scenes import scene  # noqa: E402
from sheets import sheet  # noqa: E402
from training import standardized  # noqa: E402

WIDTH = 112
MARKS = ".:-/"
LOW = "roi"

# Neighbours in a line, in parts of the taller one's height.
MAX_SHIFT, MAX_GAP, LEAST_RATIO = 0.3, 0.75, 0.66
# Margins around a line that a picture is cut with, in heights of its digits; 0.2 is what the reader uses.
LEAST_MARGIN, MOST_MARGIN = 0.05, 0.4


def lines_of(glyphs):
    """Digits that stand side by side, each with the marks between them: lists of glyphs from left to right."""
    lines = []
    for glyph in sorted(glyphs, key=lambda g: g[1]):
        symbol, x, y, w, h, _ = glyph
        for line in lines:
            _, px, py, pw, ph, _ = line[-1]
            tallest = max(g[4] for g in line)
            tall = tallest if symbol in MARKS or symbol in LOW else max(h, tallest)
            near = x - px - (w + pw) / 2 < MAX_GAP * tall
            level = abs(y - py) < (0.7 if symbol in MARKS or line[-1][0] in MARKS else MAX_SHIFT) * tall
            alike = symbol in MARKS or symbol in LOW or h > LEAST_RATIO * tallest
            if near and level and alike:
                line.append(glyph)
                break
        else:
            lines.append([glyph])
    return [line for line in lines if any(g[0] not in MARKS for g in line)]


def frame_of(line):
    """Middle, direction, height and both ends of a line."""
    tall = [g for g in line if g[0] not in MARKS and g[0] not in LOW] or line
    height = float(np.median([g[4] for g in tall]))
    xs, ys = np.array([g[1] for g in tall]), np.array([g[2] for g in tall])
    slope = math.atan(np.polyfit(xs, ys, 1)[0]) if len(tall) > 1 and np.ptp(xs) > 0.2 * height else 0.0
    middle = np.array([xs.mean(), ys.mean()])
    along = [(g[1] - middle[0]) * math.cos(slope) + (g[2] - middle[1]) * math.sin(slope) for g in line]
    starts, ends = zip(*((a - g[3] / 2, a + g[3] / 2) for a, g in zip(along, line)))
    return middle, slope, height, min(starts), max(ends)


def cut(rng, image, frame):
    """A line's picture, 32 pixels high, as exactly as a detector finds it."""
    middle, slope, height, start, end = frame
    slope += math.radians(rng.gauss(0, 1.5))
    height *= math.exp(rng.gauss(0, 0.05))
    margin = rng.uniform(LEAST_MARGIN, MOST_MARGIN)
    start, end = start - (margin + rng.gauss(0, 0.05)) * height, end + (margin + rng.gauss(0, 0.05)) * height
    half = (0.5 + margin) * height
    down = rng.gauss(0, 0.04) * height
    scale = HEIGHT / (2 * half)
    width = min(WIDTH, max(8, round((end - start) * scale)))
    across = (end - start) / width
    cos, sin = math.cos(slope), math.sin(slope)
    origin = middle + np.array([start * cos - (down - half) * sin, start * sin + (down - half) * cos])
    move = np.array([[across * cos, -sin / scale, origin[0]], [across * sin, cos / scale, origin[1]]], np.float32)
    # A line that is shrunk is a mean of what it shows.
    small = max(1.0, 1 / scale)
    source = cv2.GaussianBlur(image, (0, 0), 0.35 * small) if small > 1.6 else image
    return cv2.warpAffine(source, move, (width, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)


def nothing(rng, drawn):
    """A place without digits, as a line; None where none was found."""
    size = drawn.image.shape[0]
    for _ in range(8):
        height = math.exp(rng.uniform(math.log(8), math.log(60)))
        x, y, long = rng.uniform(0, size), rng.uniform(0, size), height * rng.uniform(0.3, 3)
        box = x - long / 2 - height, y - height, x + long / 2 + height, y + height
        taken = [(g[1] - g[3] / 2, g[2] - g[4] / 2, g[1] + g[3] / 2, g[2] + g[4] / 2) for g in drawn.glyphs] + list(drawn.free)
        if not any(box[0] < q[2] and q[0] < box[2] and box[1] < q[3] and q[1] < box[3] for q in taken):
            return np.array([x, y]), 0.0, height, -long / 2, long / 2
    return None


NOTHING = 0.08


def example(rng, drawn):
    """A line's picture, and what it says; None where a scene has none."""
    frame, text = None, ""
    if drawn.lines and rng.random() >= NOTHING:
        line = rng.choice(drawn.lines)
        frame, text = frame_of(line), "".join(g[0] for g in line)
    frame = frame or nothing(rng, drawn)
    if frame is None:
        return None
    image = cut(rng, drawn.image, frame)
    image = image[:, :, rng.sample(range(3), 3)] if rng.random() < 0.5 else image
    image = 255 - image if rng.random() < 0.15 else image
    return seen(image), text


def seen(image):
    """As the network takes it: of mean 0 and deviation 1; what the line doesn't fill is 0."""
    out = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    out[:, : image.shape[1]] = standardized(image)
    return out.transpose(2, 0, 1)


SIDE = 320


def drawn_at(seed):
    """Two sheets of many small displays, then a display as a camera sees it."""
    rng = random.Random(seed)
    drawn = sheet(seed, SIDE) if seed % 3 else scene(seed, SIDE, SIDE, negative=False, size=rng.uniform(0.05, 0.4))
    drawn.lines = lines_of(drawn.glyphs)
    return drawn
