"""Sheets full of small displays: many glyphs at the cost of one scene. They teach what symbols look like, not where they stand."""

import math
import random

import cv2
import numpy as np

from layouts import LOOKS, Maker, column, padded
from scenes import LEAST_DIGIT, Scene, background, boxes_seen, exposed, glare, paint


def text_of(rng):
    ways = rng.random()
    if ways < 0.45:
        return str(rng.randint(10, 999))
    if ways < 0.72:
        return f"{rng.uniform(0.1, 300):.{rng.choice([1, 1, 2])}f}"
    if ways < 0.82:
        return f"{rng.randint(0, 23)}:{rng.randint(0, 59):02d}"
    if ways < 0.88:
        return f"{rng.randint(1, 31)}{rng.choice('-/.')}{rng.randint(1, 12)}"
    return rng.choice(["Err", "Lo", "Hi", "E-3", "E1", "LO".replace("O", "0"), "H1", "--", "Er2", "E 7", f"-{rng.randint(1, 99)}"])


def small_display(rng, height):
    look = rng.choices(LOOKS, (62, 9, 12, 17))[0]
    maker = Maker(rng, look)
    lines = [maker.number(text_of(rng), height)]
    if rng.random() < 0.35:
        lines.append(maker.number(text_of(rng), height * rng.uniform(0.5, 1)))
    tile = padded(column(lines, height * rng.uniform(0.12, 0.5), rng.choice([0, 0.5, 1])), height * 0.2, height * 0.15)
    return tile, paint(rng, tile, look, rng.random() < 0.3)


def sheet(seed, side):
    rng = random.Random(seed)
    image = background(rng, side, side)
    glyphs, free, taken = [], [], []
    digit = math.exp(rng.uniform(math.log(9), math.log(48)))
    for _ in range(14):
        tall = min(70.0, max(8.0, digit * rng.uniform(0.7, 1.4)))
        tile, display = small_display(rng, max(20, tall * 1.3))
        scale = tall / max(20, tall * 1.3)
        lean, shear = math.radians(rng.gauss(0, 7)), rng.gauss(0, 0.08)
        a = np.array([[math.cos(lean), -math.sin(lean)], [math.sin(lean), math.cos(lean)]]) * scale
        a = a @ np.array([[rng.uniform(0.8, 1.1), shear], [0, 1]])
        corners = np.array([[0, 0], [tile.width, 0], [tile.width, tile.height], [0, tile.height]]) @ a.T
        low, size = corners.min(0), np.ptp(corners, axis=0)
        if size.max() > side - 4:
            continue
        x, y = rng.uniform(0, side - size[0]), rng.uniform(0, side - size[1])
        box = (x, y, x + size[0], y + size[1])
        if any(box[0] < q[2] and q[0] < box[2] and box[1] < q[3] and q[1] < box[3] for q in taken):
            continue
        taken.append(box)
        move = np.array([[*a[0], x - low[0]], [*a[1], y - low[1]], [0, 0, 1]])
        ready = np.clip(display, 0, 255).astype(np.uint8)
        x0, y0, x1, y1 = int(x), int(y), min(side, int(box[2]) + 1), min(side, int(box[3]) + 1)
        near = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]]) @ move
        patch = cv2.warpPerspective(ready, near, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT, dst=image[y0:y1, x0:x1].clip(0, 255).astype(np.uint8))
        image[y0:y1, x0:x1] = patch
        for (symbol, *_), quad in zip(tile.boxes, boxes_seen([b[1:5] for b in tile.boxes], move)):
            high = float(np.linalg.norm(quad[0] - quad[3]))
            wide = float(np.linalg.norm(quad[0] - quad[1]))
            cx, cy = quad.mean(0)
            least = LEAST_DIGIT if symbol not in ".:-/" else 1.4 if symbol in ".-" else 3
            if high < least:
                free.append((*quad.min(0), *quad.max(0)))
            else:
                glyphs.append((symbol, float(cx), float(cy), wide, high, None))
    if rng.random() < 0.3:
        glare(rng, image, np.array([[0, 0], [side, side]], np.float32))
    out, _ = exposed(rng, image, digit)
    return Scene(out, glyphs, free, {"kind": None, "factors": {"size": 1}})
