"""Masks of the digits that displays show: segments, dots and typefaces. No file of a display is read, shapes are drawn.

A mask is a float32 array of 0-1; beside it stand the boxes (symbol, left, top, right, bottom) of its ink, in its pixels.
"""

import functools
import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SYMBOLS = list("0123456789.-:/ErLoHi")

FONTS = "/usr/share/fonts/truetype/"
# Debian: fonts-roboto-unhinted, fonts-open-sans, fonts-lato, fonts-liberation2, fonts-dejavu, fonts-hack, fonts-jura,
# fonts-oxygen, fonts-quicksand, fonts-ubuntu-title; free licences, see the card.
PLAIN = [
    "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    "roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
    "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    "roboto/unhinted/RobotoTTF/Roboto-Light.ttf",
    "roboto/unhinted/RobotoCondensed-Bold.ttf",
    "roboto/unhinted/RobotoCondensed-Regular.ttf",
    "open-sans/OpenSans-Semibold.ttf",
    "open-sans/OpenSans-Bold.ttf",
    "open-sans/OpenSans-Light.ttf",
    "open-sans/OpenSans-CondBold.ttf",
    "lato/Lato-Bold.ttf",
    "lato/Lato-Regular.ttf",
    "lato/Lato-Light.ttf",
    "liberation2/LiberationSans-Bold.ttf",
    "liberation2/LiberationSans-Regular.ttf",
    "liberation2/LiberationMono-Bold.ttf",
    "dejavu/DejaVuSans-Bold.ttf",
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSansCondensed-Bold.ttf",
    "hack/Hack-Regular.ttf",
]
# Debian: fonts-dseg.
SEGMENTED = [
    "dseg/DSEG7Classic-Regular.ttf",
    "dseg/DSEG7Classic-Bold.ttf",
    "dseg/DSEG7Classic-Italic.ttf",
    "dseg/DSEG7Classic-BoldItalic.ttf",
    "dseg/DSEG7Classic-Light.ttf",
    "dseg/DSEG7Modern-Regular.ttf",
    "dseg/DSEG7Modern-Bold.ttf",
    "dseg/DSEG7Modern-Italic.ttf",
    "dseg/DSEG7Modern-BoldItalic.ttf",
    "dseg/DSEG7ModernMini-Regular.ttf",
    "dseg/DSEG14Classic-Regular.ttf",
    "dseg/DSEG14Modern-Bold.ttf",
]
LABELS = PLAIN[:18]

# Segments a-g, clockwise from the top, g in the middle.
LIT = {
    **{"0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc", "7": "abc"},
    **{"8": "abcdefg", "9": "abcdfg", "-": "g", "E": "afged", "L": "fed", "H": "fbgec", "o": "gcde", "r": "eg", "i": "c"},
    " ": "",
}
# The usual 5 × 7 matrix, a row a number.
MATRIX = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    ".": (0, 0, 0, 0, 0, 12, 12),
    "-": (0, 0, 0, 31, 0, 0, 0),
    ":": (0, 12, 12, 0, 12, 12, 0),
    "/": (0, 1, 2, 4, 8, 16, 0),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "r": (0, 0, 22, 25, 16, 16, 16),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "o": (0, 0, 14, 17, 17, 17, 14),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "i": (4, 0, 12, 4, 4, 4, 14),
    " ": (0,) * 7,
}
SHIFT = 4


@functools.lru_cache(maxsize=4000)
def font(name, size):
    return ImageFont.truetype(FONTS + name, size)


# A step of a fifth: fonts are drawn at few sizes, so that most of what is printed has been printed before.
SIZES = [6, 7, 8, 9, 11, 13, 16, 19, 23, 28, 33, 40, 48]


def printed(text, name, size):
    """A line of text as it is printed, at about a size: a mask, cropped to its ink."""
    return printed_at(text, name, min(SIZES, key=lambda one: abs(one - size)))


@functools.lru_cache(maxsize=20000)
def printed_at(text, name, size):
    face = font(name, size)
    left, top, right, bottom = face.getbbox(text)
    image = Image.new("L", (max(1, right - left), max(1, bottom - top)), 0)
    ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=face)
    return np.asarray(image, dtype=np.float32) / 255


def ink_box(mask):
    """(left, top, right, bottom) of what is not blank, or None."""
    columns, rows = np.flatnonzero(mask.max(0) > 0.3), np.flatnonzero(mask.max(1) > 0.3)
    if len(columns) == 0:
        return None
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


class Segments:
    """Seven segments, their geometry drawn by chance."""

    def __init__(self, rng):
        self.aspect = rng.uniform(0.42, 0.68)
        self.thickness = min(rng.uniform(0.08, 0.2), 0.3 * self.aspect)
        self.gap = rng.choice([0.0, rng.uniform(0, 0.05), rng.uniform(0, 0.02)])
        self.ends = rng.choice(["pointed", "butt", "mitred", "mitred", "mitred", "round"])
        self.slant = rng.choice([0, 0, rng.uniform(0, 0.12), rng.uniform(0.05, 0.22)])
        self.space = rng.uniform(0.1, 0.5)
        self.dot = rng.uniform(0.8, 1.5)
        self.round_dot = rng.random() < 0.5
        self.own_place = rng.random() < 0.5
        self.seven = rng.random() < 0.25
        self.six = rng.random() < 0.85
        self.nine = rng.random() < 0.85
        self.narrow_one = rng.random() < 0.25

    def lit(self, symbol):
        if symbol == "7" and self.seven:
            return "abcf"
        if symbol == "6" and not self.six:
            return "fgedc"
        if symbol == "9" and not self.nine:
            return "abcfg"
        return LIT[symbol]

    def polygons(self, w, h):
        t = self.thickness * h
        b, g, m = t / 2, self.gap * h + 0.02 * t, h / 2
        if self.ends == "mitred":
            return {
                "a": [(g, 0), (w - g, 0), (w - g - t, t), (g + t, t)],
                "d": [(g + t, h - t), (w - g - t, h - t), (w - g, h), (g, h)],
                "g": [(g + b, m - b), (w - g - b, m - b), (w - g, m), (w - g - b, m + b), (g + b, m + b), (g, m)],
                "f": [(0, g), (t, t + g), (t, m - b - g), (0, m - g)],
                "e": [(0, m + g), (t, m + b + g), (t, h - t - g), (0, h - g)],
                "b": [(w, g), (w - t, t + g), (w - t, m - b - g), (w, m - g)],
                "c": [(w, m + g), (w - t, m + b + g), (w - t, h - t - g), (w, h - g)],
            }
        cut = 0 if self.ends == "pointed" else 0.55 * b

        def across(y):
            x0, x1 = b + g + cut, w - b - g - cut
            if self.ends == "pointed":
                return [(x0 + b, y - b), (x1 - b, y - b), (x1, y), (x1 - b, y + b), (x0 + b, y + b), (x0, y)]
            return [(x0, y - b), (x1, y - b), (x1, y + b), (x0, y + b)]

        def down(x, y0, y1):
            y0, y1 = y0 + g + cut, y1 - g - cut
            if self.ends == "pointed":
                return [(x - b, y0 + b), (x, y0), (x + b, y0 + b), (x + b, y1 - b), (x, y1), (x - b, y1 - b)]
            return [(x - b, y0), (x + b, y0), (x + b, y1), (x - b, y1)]

        sides = {"f": (b, b, m), "e": (b, m, h - b), "b": (w - b, b, m), "c": (w - b, m, h - b)}
        return {"a": across(b), "g": across(m), "d": across(h - b), **{k: down(*v) for k, v in sides.items()}}

    def draw(self, text, height):
        """Mask of what is lit, mask of what is not, boxes."""
        h = float(height)
        w, t = h * self.aspect, self.thickness * h
        space, pad = w * self.space + 1, 0.25 * h + 2
        dot = max(1.5, t * self.dot)
        total = int(2 * pad + len(text) * (w + space) + self.slant * h + dot)
        size = (int(h + 2 * pad * 0.3) + 2, total)
        on, off = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
        x, top, boxes, right = pad, pad * 0.3, [], pad

        def place(points):
            return [(px + x + self.slant * (h - py), py + top) for px, py in points]

        def fill(canvas, points):
            cv2.fillPoly(canvas, [np.round(np.array(points) * 2**SHIFT).astype(np.int32)], 255, cv2.LINE_AA, SHIFT)
            if self.ends == "round":
                cv2.polylines(
                    canvas,
                    [np.round(np.array(points)).astype(np.int32)],
                    True,
                    255,
                    max(1, int(t * 0.25)),
                    cv2.LINE_AA,
                )

        def blob(cx, cy):
            if self.round_dot:
                cv2.circle(on, (int(cx * 16), int(cy * 16)), int(dot / 2 * 16), 255, -1, cv2.LINE_AA, SHIFT)
            else:
                r = dot / 2
                fill(on, [(cx - r, cy - r), (cx + r, cy - r), (cx + r, cy + r), (cx - r, cy + r)])
            return cx - dot / 2, cy - dot / 2, cx + dot / 2, cy + dot / 2

        for at, symbol in enumerate(text):
            if symbol == ".":
                # Either it has a place of its own, or it stands in the gap between two digits.
                cx = x - space * 0.5 if not self.own_place else x - space + dot * 0.9
                box = blob(cx, top + h - dot / 2)
                boxes.append((".", *box))
                if self.own_place:
                    x += max(0.0, dot * 1.8 - space * 0.6)
                continue
            if symbol == ":":
                cx = x + dot / 2
                a = blob(cx + self.slant * h * 0.68, top + h * 0.32)
                b = blob(cx + self.slant * h * 0.3, top + h * 0.7)
                boxes.append((":", min(a[0], b[0]), a[1], max(a[2], b[2]), b[3]))
                x += dot + space
                continue
            if symbol == "/":
                p, q = (x + self.slant * h * 0.2, top + h * 0.95), (x + w * 0.7 + self.slant * h, top + h * 0.05)
                cv2.line(on, (int(p[0]), int(p[1])), (int(q[0]), int(q[1])), 255, max(1, int(t * 0.8)), cv2.LINE_AA)
                boxes.append(("/", p[0], q[1], q[0], p[1]))
                x += w * 0.7 + space
                continue
            lit = self.lit(symbol)
            shapes = self.polygons(w, h)
            if symbol == "1" and self.narrow_one and at == 0:
                x -= w - t
            ink = []
            for name, shape in shapes.items():
                points = place(shape)
                if name in lit:
                    fill(on, points)
                    ink += points
                elif not (symbol == "1" and self.narrow_one and at == 0):
                    fill(off, points)
            if ink:
                xs, ys = [p[0] for p in ink], [p[1] for p in ink]
                boxes.append((symbol, min(xs), min(ys), max(xs), max(ys)))
            x += w + space
        right = min(total, int(x + self.slant * h + 0.3 * dot + 2))
        lit_mask = on[:, :right].astype(np.float32) / 255
        return lit_mask, off[:, :right].astype(np.float32) / 255, boxes


class Typeface:
    """Digits of a font: smooth, or as rough pixels of a matrix."""

    def __init__(self, rng, names=PLAIN, rough=False):
        self.name = rng.choice(names)
        self.rough = rng.randint(9, 22) if rough else 0
        self.stretch = rng.uniform(0.8, 1.25) if names is PLAIN else rng.uniform(0.9, 1.1)
        self.tracking = rng.uniform(-0.02, 0.08)
        self.segmented = names is SEGMENTED

    def draw(self, text, height):
        if self.segmented:
            text = text.replace("/", "-")
        size = self.rough or (24 if height < 30 else 56 if height < 64 else 96)
        face = font(self.name, max(6, int(size / 0.72)) if not self.segmented else max(6, int(size)))
        x, pieces = 0.0, []
        for symbol in text:
            if symbol == " ":
                x += face.getlength("0")
                continue
            pieces.append((symbol, x, printed_raw(symbol, self.name, face.size)))
            x += face.getlength(symbol) + self.tracking * size
        ascent, descent = face.getmetrics()
        canvas = np.zeros((ascent + descent + 2, int(x) + int(size) + 2), np.float32)
        boxes = []
        for symbol, at, (mask, dx, dy) in pieces:
            left, top = int(round(at + dx)) + 2, dy
            h, w = mask.shape
            w, h = min(w, canvas.shape[1] - left), min(h, canvas.shape[0] - top)
            if w <= 0 or h <= 0 or left < 0 or top < 0:
                continue
            part = canvas[top : top + h, left : left + w]
            np.maximum(part, mask[:h, :w], out=part)
            boxes.append((symbol, left, top, left + w, top + h))
        ink = ink_box(canvas) if boxes else None
        if ink is None:
            return np.zeros((int(height), 4), np.float32), None, []
        digits = [b for b in boxes if b[0] not in ".-:/roi"] or boxes
        tall = max(1.0, float(np.median([b[4] - b[2] for b in digits])))
        canvas = canvas[:, : ink[2] + 2]
        if self.rough:
            canvas = (canvas > 0.45).astype(np.float32)
        canvas, top = canvas[ink[1] : ink[3]], ink[1]
        fy, fx = height / tall, height / tall * self.stretch
        how = cv2.INTER_NEAREST if self.rough else cv2.INTER_AREA if fy < 1 else cv2.INTER_LINEAR
        out = cv2.resize(canvas, (max(2, int(canvas.shape[1] * fx)), max(2, int(canvas.shape[0] * fy))), interpolation=how)
        return out, None, [(s, a * fx, (b - top) * fy, c * fx, (d - top) * fy) for s, a, b, c, d in boxes]


@functools.lru_cache(maxsize=20000)
def printed_raw(symbol, name, size):
    """One symbol, cropped to its ink, and where that begins."""
    face = font(name, size)
    left, top, right, bottom = face.getbbox(symbol)
    image = Image.new("L", (max(1, right - left), max(1, bottom - top)), 0)
    ImageDraw.Draw(image).text((-left, -top), symbol, fill=255, font=face)
    mask = np.asarray(image, dtype=np.float32) / 255
    box = ink_box(mask)
    if box is None:
        return mask, left, top
    a, b, c, d = box
    return mask[b:d, a:c], left + a, top + b


class Matrix:
    """Digits of 5 × 7 dots."""

    def __init__(self, rng):
        self.fill = rng.uniform(0.6, 1.0)
        self.round = rng.random() < 0.4
        self.stretch = rng.uniform(0.8, 1.15)
        self.space = rng.choice([1, 1, 1, 2])

    def draw(self, text, height):
        pitch = 8
        columns = [np.zeros((7, 1), np.float32)]
        boxes, x = [], 1
        for symbol in text:
            rows = np.array([[(row >> (4 - k)) & 1 for k in range(5)] for row in MATRIX[symbol]], np.float32)
            box = ink_box(rows)
            if symbol in ".:" and box is not None:
                rows = rows[:, box[0] : box[2]]
                box = ink_box(rows)
            if box is not None:
                boxes.append((symbol, x + box[0], box[1], x + box[2], box[3]))
            columns += [rows, np.zeros((7, self.space), np.float32)]
            x += rows.shape[1] + self.space
        cells = np.concatenate(columns, 1)
        cell = np.zeros((pitch, pitch), np.float32)
        if self.round:
            cv2.circle(cell, (pitch // 2, pitch // 2), int(pitch / 2 * self.fill), 1.0, -1)
        else:
            edge = int(round((1 - self.fill) * pitch / 2))
            cell[edge : pitch - edge, edge : pitch - edge] = 1
        mask = np.kron(cells, cell)
        fy = height / 7.0
        fx = fy * self.stretch
        out = cv2.resize(mask, (max(2, int(cells.shape[1] * fx)), max(2, int(round(height)))), interpolation=cv2.INTER_AREA)
        return out, None, [(s, a * fx, b * fy, c * fx, d * fy) for s, a, b, c, d in boxes]


def digits_of(rng, look):
    """What draws the digits of a display of a look: `segments`, `matrix`, `pixels`, `print`."""
    if look == "segments":
        return Segments(rng) if rng.random() < 0.8 else Typeface(rng, SEGMENTED)
    if look == "matrix":
        return Matrix(rng)
    return Typeface(rng, PLAIN, rough=look == "pixels")
