"""Renders scenes of displays as a phone's camera sees them, each drawn from its seed alone.

    python3 models/display-glyphs/1/scenes.py --seed 9000000 --count 3000 DIR    pictures and labels.json below DIR
    python3 … --seed 9500000 --count 200 --negatives DIR                         without a medical device

Seeds from HELD_OUT on are never trained on. labels.json is a list of {file, device, values, unit} as `score:documents` reads
it, with kind, screen, turn, glyphs (symbol, centre, size, role; pixels of the upright picture) and factors beside them.
Needs Debian's python3-opencv and python3-pil, and the fonts that shapes.py names. No photo goes into it.
"""

import argparse
import json
import math
import pathlib
import random

import cv2
import numpy as np

from layouts import KINDS, LOOKS, MAIN, NEGATIVES, TINTS, Maker, print_needed
from shapes import LABELS, printed

cv2.setNumThreads(1)

HELD_OUT = 9_000_000
NONE_SHARE = 0.17
BRANDS = "omron accu Care ONE touch Beurer A&D contour Guide Nova withings fora TRUE tanita seca PRO plus Health dr.".split()
PRINTS = ["START STOP", "MEM", "SET", "MODE", "ON/OFF", "START", "STOP", "M1", "M2", "SYS mmHg", "DIA mmHg", "PUL /min", "mg/dL"]
PRINTS += ["Max 180 kg", "d=0.1 kg", "MAX 150kg/330lb", "IP22", "TYPE M3", "Made in 2021", "LOT 20394", "REF 1021", "37.5", "USER 1"]
WORDS = "the of and patient date result 2024 notice value please total 128 page order form name lab daily 14 report 37 items".split()


class Scene:
    """A picture (red, green, blue, uint8) and what is known of it."""

    def __init__(self, image, glyphs, free, truth):
        self.image, self.glyphs, self.free, self.truth = image, glyphs, free, truth


def colour(rng, least=0, most=255, grey=0.6):
    if rng.random() < grey:
        v = rng.uniform(least, most)
        return tuple(min(255.0, max(0.0, v + rng.gauss(0, 6))) for _ in range(3))
    return tuple(rng.uniform(least, most) for _ in range(3))


def bank(seed, side, sizes):
    """Noise to cut from: drawing it anew for each scene would cost more than all the rest."""
    noise = np.random.default_rng(seed)
    out = np.zeros((side, side), np.float32)
    for size in sizes:
        cells = noise.standard_normal((side // size + 2, side // size + 2)).astype(np.float32)
        out += cv2.resize(cells, (side, side), interpolation=cv2.INTER_LINEAR) if size > 1 else cells[:side, :side]
    return out


BANK_SIDE = 2048
TEXTURE = bank(1, BANK_SIDE, (3, 12, 48))
GRAIN = bank(2, BANK_SIDE, (1,))


def piece(rng, of, height, width):
    """Noise of a size, from a place in a bank drawn by chance, perhaps mirrored; what is larger than the bank begins again."""
    y, x = rng.randint(0, max(0, BANK_SIDE - height)), rng.randint(0, max(0, BANK_SIDE - width))
    out = of[y : y + height, x : x + width]
    if out.shape != (height, width):
        out = np.pad(out, ((0, height - out.shape[0]), (0, width - out.shape[1])), "wrap")
    out = out[::-1] if rng.random() < 0.5 else out
    return out[:, ::-1] if rng.random() < 0.5 else out


def write(image, text, face, size, x, y, shade, alpha=1.0):
    """Prints a line with its left top corner at x, y."""
    mask = printed(text, face, max(5, int(size)))
    h, w = mask.shape
    x0, y0, x1, y1 = max(0, int(x)), max(0, int(y)), min(image.shape[1], int(x) + w), min(image.shape[0], int(y) + h)
    if x1 <= x0 or y1 <= y0:
        return
    part = mask[y0 - int(y) : y1 - int(y), x0 - int(x) : x1 - int(x), None] * alpha
    image[y0:y1, x0:x1] = image[y0:y1, x0:x1] * (1 - part) + np.array(shade, np.float32) * part


def softened(image, sigma):
    """Out of focus; by way of a smaller picture where that makes no difference."""
    if sigma < 2:
        return cv2.GaussianBlur(image, (0, 0), sigma)
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma / 2), (width, height), interpolation=cv2.INTER_LINEAR)


def background(rng, height, width):
    """A table, a cloth, a wall, a page of text, things that lie about."""
    image = np.empty((height, width, 3), np.float32)
    image[:] = colour(rng, 20, 240)
    kind = rng.random()
    if kind < 0.2:  # boards or tiles
        step, axis = rng.randint(20, 120), rng.randint(0, 1)
        for k in range(0, max(height, width), step):
            shade = np.array([rng.uniform(-14, 14)] * 3, np.float32)
            if axis:
                image[:, k : k + step] += shade
                image[:, k : k + max(1, step // 30)] -= 25
            else:
                image[k : k + step] += shade
                image[k : k + max(1, step // 30)] -= 25
    elif kind < 0.32:  # a page
        face, size = rng.choice(LABELS), rng.randint(7, 26)
        image[:] = colour(rng, 190, 250, 0.9)
        for y in range(4, height, int(size * 1.7)):
            if rng.random() < 0.85:
                text = " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, 7)))
                write(image, text, face, size, rng.uniform(-10, 30), y, colour(rng, 0, 90))
    for _ in range(rng.choice([0, 0, 1, 2, 4, 7])):
        x, y, shade = rng.randint(0, width), rng.randint(0, height), colour(rng)
        shape, size = rng.random(), rng.randint(8, max(9, width // 3))
        if shape < 0.35:
            cv2.rectangle(image, (x, y), (x + size, y + rng.randint(6, 120)), shade, rng.choice([-1, -1, 2]))
        elif shape < 0.6:
            cv2.circle(image, (x, y), size // 2, shade, rng.choice([-1, -1, 2, 5]))
        elif shape < 0.8:
            cv2.line(image, (x, y), (rng.randint(0, width), rng.randint(0, height)), shade, rng.randint(1, 14), cv2.LINE_AA)
        else:
            write(image, rng.choice(PRINTS + BRANDS), rng.choice(LABELS), rng.uniform(8, 44), x, y, shade)
    if rng.random() < 0.7:
        image = softened(image, rng.uniform(0.4, 5))
    return image + (piece(rng, TEXTURE, height, width) * rng.uniform(0.5, 7))[:, :, None]


def grounds(rng, look, shining):
    """Colours of a display: its ground, its ink."""
    if shining:
        ground = np.array(colour(rng, 0, 45, 0.8), np.float32)
        ink = np.array(rng.choice(TINTS), np.float32) * rng.uniform(0.65, 1.0)
        return ground, ink
    if look in ("print", "pixels") and rng.random() < 0.5:
        ground = np.array(colour(rng, 170, 250, 0.8), np.float32)
        return ground, np.array(colour(rng, 0, 90, 0.7), np.float32)
    ways = rng.random()
    if ways < 0.12:  # a coloured light behind dark digits
        ground = np.array(rng.choice([(255, 150, 60), (90, 220, 120), (120, 190, 255), (255, 110, 90), (235, 235, 255)]), np.float32)
        return ground * rng.uniform(0.6, 1), ground * rng.uniform(0.05, 0.35)
    if ways < 0.2:  # blue behind white digits
        ground = np.array([rng.uniform(10, 60), rng.uniform(40, 110), rng.uniform(130, 240)], np.float32)
        return ground, np.array([225, 235, 255], np.float32) * rng.uniform(0.75, 1)
    tint = np.array(rng.choice([(0.95, 1.0, 0.86), (0.92, 0.97, 0.9), (1, 1, 1), (0.9, 0.96, 1.0), (1, 0.97, 0.86)]), np.float32)
    ground = tint * rng.uniform(75, 215)
    return ground, ground * (1 - rng.uniform(0.3, 0.95))


def paint(rng, tile, look, shining):
    """The display as it lies flat."""
    height, width = tile.height, tile.width
    ground, ink = grounds(rng, look, shining)
    image = np.empty((height, width, 3), np.float32)
    image[:] = ground
    image += (piece(rng, TEXTURE, height, width) * rng.uniform(0, 2.5))[:, :, None]
    bright = ground.mean() < ink.mean()
    lit = np.zeros((height, width, 3), np.float32)

    def each(mask, x, y):
        x0, y0 = max(0, x), max(0, y)
        x1, y1 = min(width, x + mask.shape[1]), min(height, y + mask.shape[0])
        return (slice(y0, y1), slice(x0, x1)), mask[y0 - y : y1 - y, x0 - x : x1 - x, None]

    ghost = rng.choice([0, 0, 0, rng.uniform(0.02, 0.09), rng.uniform(0.05, 0.2)])
    if ghost:
        for mask, x, y in tile.ghosts:
            place, part = each(mask, x, y)
            if part.size:
                image[place] += (ink - image[place]) * part * ghost
    shadow = 0 if bright else rng.choice([0, 0, rng.uniform(0.05, 0.35)])
    dx, dy = rng.randint(-4, 6), rng.randint(1, 6)
    for mask, tint, x, y in tile.inks:
        if shadow:
            place, part = each(mask, x + dx, y + dy)
            if part.size:
                image[place] *= 1 - shadow * part
    for mask, tint, x, y in tile.inks:
        place, part = each(mask, x, y)
        if not part.size:
            continue
        shade = ink if tint is None or not bright else np.array(tint, np.float32)
        image[place] = image[place] * (1 - part) + shade * part
        if bright:
            lit[place] = np.maximum(lit[place], part * shade)
    if bright and rng.random() < 0.75:  # light spills
        image += softened(lit, rng.uniform(3, 16)) * rng.uniform(0.05, 0.7)
    if shining and rng.random() < 0.12:  # a part of the multiplexed digits is dark for the camera
        band = 1 - rng.uniform(0.2, 0.6) * (np.sin(np.arange(height) / rng.uniform(12, 60) + rng.random() * 6) > 0.3)
        image *= cv2.GaussianBlur(band.astype(np.float32)[:, None], (1, 9), 3)[:, :, None]
    return image


def rounded(height, width, radius):
    mask = np.zeros((height, width), np.float32)
    r = int(min(radius, height / 2 - 1, width / 2 - 1))
    cv2.rectangle(mask, (r, 0), (width - 1 - r, height - 1), 1.0, -1)
    cv2.rectangle(mask, (0, r), (width - 1, height - 1 - r), 1.0, -1)
    for x in (r, width - 1 - r):
        for y in (r, height - 1 - r):
            cv2.circle(mask, (x, y), r, 1.0, -1, cv2.LINE_AA)
    return mask


def margins_of(rng, kind, width, height):
    """How much of the case is around the display: left, top, right, bottom."""
    if kind == "thermometer" and rng.random() < 0.6:
        return rng.uniform(0.3, 1.5) * width, rng.uniform(0.1, 0.7) * height, rng.uniform(0.3, 2.5) * width, rng.uniform(0.1, 0.7) * height
    if kind in ("weight_scale", "body_composition_scale"):
        return rng.uniform(0.3, 1.5) * width, rng.uniform(0.15, 1) * height, rng.uniform(0.3, 1.5) * width, rng.uniform(0.3, 3) * height
    side = rng.uniform(0.06, 0.6) * width
    return side, rng.uniform(0.08, 0.7) * height, side * rng.uniform(0.5, 1.8), rng.uniform(0.15, 1.6) * height


def buttons(rng, image, area, shade):
    x0, y0, x1, y1 = area
    if x1 - x0 < 20 or y1 - y0 < 14:
        return
    face = rng.choice(LABELS)
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        size = rng.uniform(0.2, 0.6) * min(x1 - x0, y1 - y0)
        x, y = rng.uniform(x0 + size, max(x0 + size, x1 - size)), rng.uniform(y0 + size * 0.5, max(y0 + size, y1 - size * 0.5))
        other = colour(rng)
        if rng.random() < 0.5:
            cv2.circle(image, (int(x), int(y)), int(size / 2), other, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(image, (int(x - size * 0.8), int(y - size / 3)), (int(x + size * 0.8), int(y + size / 3)), other, -1)
        if rng.random() < 0.6:
            write(image, rng.choice(PRINTS), face, size * 0.3, x - size * 0.5, y - size * 0.12, shade)


def keypad(rng, image, area, shade):
    """Keys with numbers: of a calculator, a telephone, a keyboard."""
    x0, y0, x1, y1 = area
    columns, lines = rng.randint(3, 6), rng.randint(3, 5)
    face, step = rng.choice(LABELS), (x1 - x0) / columns
    for k in range(columns * lines):
        x, y = x0 + (k % columns) * step, y0 + (k // columns) * step
        cv2.rectangle(image, (int(x + step * 0.1), int(y + step * 0.1)), (int(x + step * 0.9), int(y + step * 0.85)), colour(rng), -1)
        text = rng.choice("0123456789+-=/CABQWERT")
        write(image, text, face, step * 0.5, x + step * 0.35, y + step * 0.2, shade)


def device(rng, tile, kind, look, shining):
    """The device as it lies flat: its picture, its outline, where the display is."""
    display = paint(rng, tile, look, shining)
    dh, dw = display.shape[:2]
    left, top, right, bottom = (int(v) + 4 for v in margins_of(rng, kind, dw, dh))
    if kind == "calculator":
        bottom = int(dw * rng.uniform(0.7, 1.3))
    height, width = dh + top + bottom, dw + left + right
    shade = colour(rng, 0, 255, 0.75)
    image = np.empty((height, width, 3), np.float32)
    image[:] = shade
    if rng.random() < 0.5:
        slope = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None] * rng.uniform(-30, 30)
        image += slope
    marks = colour(rng, 0, 90) if sum(shade) > 380 else colour(rng, 150, 255)
    face = rng.choice(LABELS)
    if rng.random() < 0.65:  # a frame around the display
        a, b = int(rng.uniform(0.02, 0.25) * dh), int(rng.uniform(0.02, 0.6) * min(left, right))
        c = int(rng.uniform(0.02, 0.3) * dh)
        frame = colour(rng) if rng.random() < 0.6 else tuple(v * 0.35 for v in shade)
        cv2.rectangle(image, (left - b, top - a), (left + dw + b, top + dh + c), frame, -1)
        if sum(frame) < 300:
            marks = colour(rng, 140, 255)
    buttons(rng, image, (4, top + dh + 4, width - 4, height - 4), marks)
    if right > 50:
        buttons(rng, image, (left + dw + 4, 4, width - 4, top + dh), marks)
    if kind == "calculator":
        keypad(rng, image, (8, top + dh + 8, width - 8, height), marks)
    if rng.random() < 0.5:
        size = rng.uniform(0.15, 0.6) * top if top > 24 else rng.uniform(9, 30)
        write(image, rng.choice(BRANDS), face, size, rng.uniform(5, width * 0.6), rng.uniform(2, max(3, top - size)), marks)
    if rng.random() < 0.35:
        write(image, rng.choice(PRINTS), face, rng.uniform(8, 22), rng.uniform(5, width * 0.7), top + dh + rng.uniform(2, 20), marks)
    for text, y, side in tile.notes:
        size = rng.uniform(12, 22)
        wide = printed(text, face, int(size)).shape[1]
        x = left - wide - rng.uniform(2, 14) if side < 0 else left + dw + rng.uniform(2, 14)
        write(image, text, face, size, x, top + y - size / 2, marks)
    inset = rng.choice([0, 0, 1, 2, 3])
    image[top : top + dh, left : left + dw] = display
    if inset:
        cv2.rectangle(image, (left, top), (left + dw - 1, top + dh - 1), colour(rng, 0, 120), inset)
    outline = rounded(height, width, rng.uniform(0, 0.5) * min(height, width) * rng.choice([0.1, 0.4, 1]))
    outline[top : top + dh, left : left + dw] = 1
    return image, outline, (left, top, dw, dh)


def view(rng, width, height, place, size):
    """The map from the flat device to the picture, and how it is seen: scale, angles."""
    left, top, dw, dh = place
    digit = size * min(width, height)
    scale = digit / MAIN
    # The display fits, mostly; some are cut off by the picture's edge.
    fits = min(0.97 * width / dw, 0.97 * height / dh)
    cut = rng.random() < 0.07
    scale = min(scale, fits * (1.25 if cut else 1))
    roll = rng.gauss(0, 6) if rng.random() < 0.85 else rng.uniform(-28, 28)
    yaw, pitch = (max(-38.0, min(38.0, rng.gauss(0, 11))) for _ in range(2))
    a, b, c = (math.radians(v) for v in (roll, yaw, pitch))
    turn_z = np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])
    turn_y = np.array([[math.cos(b), 0, math.sin(b)], [0, 1, 0], [-math.sin(b), 0, math.cos(b)]])
    turn_x = np.array([[1, 0, 0], [0, math.cos(c), -math.sin(c)], [0, math.sin(c), math.cos(c)]])
    turned = turn_z @ turn_y @ turn_x
    focal = max(width, height) * rng.uniform(0.9, 1.6)
    centre = np.array([[1, 0, -(left + dw / 2)], [0, 1, -(top + dh / 2)], [0, 0, 1]])
    plane = np.column_stack([turned[:, 0] * scale, turned[:, 1] * scale, [0, 0, focal]])
    camera = np.array([[focal, 0, 0], [0, focal, 0], [0, 0, 1]])
    seen = camera @ plane @ centre
    corners = cv2.perspectiveTransform(np.float32([[[left, top], [left + dw, top], [left + dw, top + dh], [left, top + dh]]]), seen)[0]
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    slack_x, slack_y = width - (x1 - x0), height - (y1 - y0)
    spill = 0.12 if cut else 0.0
    x = rng.uniform(-spill * (x1 - x0), slack_x + spill * (x1 - x0)) if slack_x > 0 else slack_x * rng.random()
    y = rng.uniform(-spill * (y1 - y0), slack_y + spill * (y1 - y0)) if slack_y > 0 else slack_y * rng.random()
    shift = np.array([[1, 0, x - x0], [0, 1, y - y0], [0, 0, 1]])
    return shift @ seen, scale, {"roll": round(roll, 1), "tilt": round(math.degrees(math.acos(turned[2, 2])), 1), "cut": cut}


def held(rng, image, corners):
    """Fingers that hold the device, from behind or over its edge."""
    height, width = image.shape[:2]
    skin = np.array(rng.choice([(224, 172, 138), (198, 134, 96), (141, 85, 54), (90, 56, 37), (241, 194, 165)]), np.float32)
    skin = skin * rng.uniform(0.6, 1.05)
    centre = corners.mean(0)
    for _ in range(rng.randint(1, 4)):
        edge = corners[rng.randint(0, 3)] * 0.5 + corners[rng.randint(0, 3)] * 0.5
        away = edge - centre
        start = edge + away * rng.uniform(0.0, 0.4)
        end = edge + away * rng.uniform(1, 4) + np.array([rng.uniform(-60, 60), rng.uniform(0, 90)])
        thick = int(rng.uniform(0.05, 0.16) * max(width, height))
        cv2.line(image, tuple(int(v) for v in start), tuple(int(v) for v in end), tuple(float(v) for v in skin), thick, cv2.LINE_AA)
        skin = skin * rng.uniform(0.92, 1.06)


def glare(rng, image, corners):
    """Reflections of lamps and windows; how strong the strongest one over the display is."""
    height, width = image.shape[:2]
    strongest = 0.0
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        cx, cy = (rng.uniform(x0, x1), rng.uniform(y0, y1)) if rng.random() < 0.7 else (rng.uniform(0, width), rng.uniform(0, height))
        alpha, size = rng.uniform(0.08, 0.85) ** 1.5, max(4.0, x1 - x0)
        mask = np.zeros((height, width), np.float32)
        if rng.random() < 0.5:
            axes = (int(size * rng.uniform(0.02, 0.3)) + 1, int(size * rng.uniform(0.02, 0.2)) + 1)
            cv2.ellipse(mask, (int(cx), int(cy)), axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
        else:
            w, h, lean = size * rng.uniform(0.05, 0.6), size * rng.uniform(0.05, 0.8), rng.uniform(-0.4, 0.4) * size
            points = [(cx - w / 2, cy - h / 2), (cx + w / 2, cy - h / 2), (cx + w / 2 + lean, cy + h / 2), (cx - w / 2 + lean, cy + h / 2)]
            cv2.fillPoly(mask, [np.array(points, np.int32)], 1.0)
            alpha *= 0.7
        mask = cv2.GaussianBlur(mask, (0, 0), max(0.6, size * rng.uniform(0.005, 0.08))) * alpha
        image += (np.array(colour(rng, 215, 255, 0.8), np.float32) - image) * mask[:, :, None]
        inside = mask[max(0, int(y0)) : int(y1), max(0, int(x0)) : int(x1)]
        strongest = max(strongest, float(inside.max()) if inside.size else 0.0)
    return strongest


def exposed(rng, image, digit):
    """Light, focus, movement, grain, compression; how blurred it is in parts of a digit's height."""
    height, width = image.shape[:2]
    if rng.random() < 0.7:
        a, strength = rng.uniform(0, 2 * math.pi), rng.uniform(0, 0.45)
        x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * math.cos(a)
        y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * math.sin(a)
        image = image * (1 + strength * (x + y))[:, :, None]
    if rng.random() < 0.2:  # a shadow with an edge
        points = [(rng.uniform(-0.3, 1.3) * width, rng.uniform(-0.3, 1.3) * height) for _ in range(3)]
        mask = np.zeros((height, width), np.float32)
        cv2.fillPoly(mask, [np.array(points, np.int32)], 1.0)
        image = image * (1 - cv2.GaussianBlur(mask, (0, 0), rng.uniform(1, 12)) * rng.uniform(0.1, 0.5))[:, :, None]
    image = image * np.array([rng.gauss(1, 0.06) for _ in range(3)], np.float32) * rng.uniform(0.45, 1.15)
    blur = 0.0
    if rng.random() < 0.25:  # fewer pixels than it seems
        by = rng.uniform(0.4, 0.95)
        if digit * by > 9:
            small = cv2.resize(image, (max(8, int(width * by)), max(8, int(height * by))), interpolation=cv2.INTER_AREA)
            image = cv2.resize(small, (width, height), interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
            blur += 0.35 / by
    if rng.random() < 0.65:
        sigma = rng.uniform(0.25, 0.5 + 0.045 * digit)
        image, blur = cv2.GaussianBlur(image, (0, 0), sigma), blur + sigma
    if rng.random() < 0.12:
        length = rng.randint(2, max(3, int(digit * 0.16)))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, rng.randint(0, length - 1)), (length - 1, rng.randint(0, length - 1)), 1.0, 1)
        image, blur = cv2.filter2D(image, -1, kernel / kernel.sum()), blur + length * 0.3
    grain = rng.uniform(0, 9)
    if rng.random() < 0.5:
        image = image + (piece(rng, GRAIN, height, width) * grain)[:, :, None]
    else:
        image = image + np.dstack([piece(rng, GRAIN, height, width) for _ in range(3)]) * grain
    out = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        quality = rng.randint(35, 95)
        _, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])
        out = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return out, blur / max(1.0, digit)


def boxes_seen(boxes, seen):
    """Boxes of the flat device as the picture has them: left, top, right, bottom, and the corners of each."""
    if not boxes:
        return np.zeros((0, 4, 2), np.float32)
    quads = np.array([[(a, b), (c, b), (c, d), (a, d)] for a, b, c, d in boxes], np.float32)
    return cv2.perspectiveTransform(quads.reshape(1, -1, 2), seen)[0].reshape(-1, 4, 2)


# Ours: below this a digit is too small for the network, and it may say of it what it likes.
LEAST_DIGIT = 7.0


def glyphs_seen(tile, place, seen, size):
    """What of a display's glyphs can be read, and where nothing is asked."""
    width, height = size
    left, top, _, _ = place
    glyphs, free = [], []
    quads = boxes_seen([(a + left, b + top, c + left, d + top) for _, a, b, c, d, _ in tile.boxes], seen)
    for (symbol, *_, role), quad in zip(tile.boxes, quads):
        (x0, y0), (x1, y1) = quad.min(0), quad.max(0)
        visible = max(0, min(width, x1) - max(0, x0)) * max(0, min(height, y1) - max(0, y0)) / max(1e-6, (x1 - x0) * (y1 - y0))
        if visible <= 0.02:
            continue
        # A slanted view widens the box of a leaning digit: its sides say better how large it is.
        tall = float(np.linalg.norm(quad[0] - quad[3]) + np.linalg.norm(quad[1] - quad[2])) / 2
        wide = float(np.linalg.norm(quad[0] - quad[1]) + np.linalg.norm(quad[3] - quad[2])) / 2
        least = LEAST_DIGIT if symbol not in ".:-/" else 1.4 if symbol in ".-" else 3
        if visible < 0.8 or tall < least:
            free.append((x0, y0, x1, y1))
            continue
        cx, cy = quad.mean(0)
        glyphs.append((symbol, float(cx), float(cy), wide, tall, role))
    for (x0, y0), (x1, y1) in ((q.min(0), q.max(0)) for q in boxes_seen([(a + left, b + top, c + left, d + top) for a, b, c, d in tile.free], seen)):
        free.append((x0, y0, x1, y1))
    return glyphs, free


def contrast_of(image, glyph):
    """How far the ink of a glyph stands out from its ground, 0-1, grain aside."""
    _, x, y, w, h, _ = glyph
    x0, y0, x1, y1 = (int(max(0, v)) for v in (x - 0.6 * w, y - 0.55 * h, x + 0.6 * w + 1, y + 0.55 * h + 1))
    grey = image[y0:y1, x0:x1].mean(2)
    dark, bright = np.percentile(cv2.GaussianBlur(grey, (0, 0), max(0.3, 0.03 * h)), (5, 95))
    return float(bright - dark) / 255


# Ours: what a person can read at leisure from the picture alone, who is told of what kind the device is.
LEAST_READABLE = {"least_px": 14, "print_px": 7, "contrast": 0.12}
MOST_READABLE = {"blur": 0.1, "glare": 0.6, "cut_values": 0}


def is_readable(factors):
    """Whether all values of a device can be read: whole, large, sharp and bright enough, and all print that is needed as well."""
    least = all(factors[name] is None or factors[name] >= bound for name, bound in LEAST_READABLE.items())
    return least and all(factors[name] <= bound for name, bound in MOST_READABLE.items())


def legibility(maker, kind, glyphs, image, scale):
    """What of the values can be seen: the lowest digit, the lowest print that is needed, the palest digit, how many are cut."""
    digits = [glyph for glyph in glyphs if glyph[5] is not None and glyph[0] not in ".:-/"]
    shown = sum(character.isdigit() for value in maker.values.values() for character in value)
    needed = print_needed(maker, kind)
    return {
        "least_px": round(min((glyph[4] for glyph in digits), default=0), 1),
        "print_px": None if needed is None else round(needed * scale, 1),
        "contrast": round(min((contrast_of(image, glyph) for glyph in digits), default=0), 3),
        "cut_values": max(0, shown - len(digits)),
    }


def drawn_size(rng):
    """Height of the largest digits, in parts of the picture's shorter side."""
    return math.exp(rng.uniform(math.log(0.03), math.log(0.5)))


def empty_scene(rng, width, height):
    """No device at all: a room, a page, a number plate, keys, blobs."""
    image = background(rng, height, width)
    ways = rng.random()
    if ways < 0.15:
        keypad(rng, image, (rng.uniform(0, 0.2) * width, rng.uniform(0, 0.2) * height, rng.uniform(0.7, 1) * width, height), colour(rng))
    elif ways < 0.3:  # a plate, a sign, a price
        x, y, w = rng.uniform(0, 0.4) * width, rng.uniform(0, 0.6) * height, rng.uniform(0.3, 0.6) * width
        cv2.rectangle(image, (int(x), int(y)), (int(x + w), int(y + w * 0.25)), colour(rng, 180, 255), -1)
        text = "".join(rng.choice("ABKLMX0123456789 ") for _ in range(rng.randint(5, 8)))
        write(image, text, rng.choice(LABELS), w * 0.2, x + w * 0.06, y + w * 0.04, colour(rng, 0, 80))
    elif ways < 0.45:  # the face of a clock with hands
        x, y, r = rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height, rng.uniform(0.15, 0.4) * min(width, height)
        cv2.circle(image, (int(x), int(y)), int(r), colour(rng, 180, 255), -1, cv2.LINE_AA)
        face = rng.choice(LABELS)
        for k in range(1, 13):
            a = k * math.pi / 6
            write(image, str(k), face, r * 0.2, x + 0.8 * r * math.sin(a) - r * 0.07, y - 0.8 * r * math.cos(a) - r * 0.07, colour(rng, 0, 80))
        for length in (0.5, 0.75):
            a = rng.uniform(0, 2 * math.pi)
            cv2.line(image, (int(x), int(y)), (int(x + r * length * math.cos(a)), int(y + r * length * math.sin(a))), (20, 20, 20), max(1, int(r * 0.04)))
    elif ways < 0.7:  # something furry with two eyes
        shade = np.array(colour(rng, 30, 220), np.float32)
        x, y, r = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height, rng.uniform(0.1, 0.4) * min(width, height)
        for _ in range(rng.randint(20, 90)):
            a, d = rng.uniform(0, 2 * math.pi), r * rng.random() ** 0.5
            px, py = x + d * math.cos(a), y + d * math.sin(a)
            tone = tuple(float(v) for v in shade * rng.uniform(0.7, 1.2))
            cv2.ellipse(image, (int(px), int(py)), (int(r * 0.25) + 1, int(r * 0.06) + 1), math.degrees(a), 0, 360, tone, -1)
        for k in (-1, 1):
            cv2.circle(image, (int(x + k * r * 0.3), int(y)), max(2, int(r * 0.1)), colour(rng, 150, 255), -1)
            cv2.circle(image, (int(x + k * r * 0.3), int(y)), max(1, int(r * 0.05)), (10, 10, 10), -1)
    digit = 0.08 * min(width, height)
    out, blur = exposed(rng, image, digit)
    return Scene(out, [], [], {"kind": "none", "device": "none", "values": {}, "unit": None, "screen": "none", "factors": {"blur": round(blur, 3)}})


def scene(seed, width, height, negative=None, size=None, with_legibility=False):
    """
    Draws one scene upright, at a size. `negative`: whether it has no medical device; `size`: height of the largest digits in
    parts of the shorter side, if they fit; both by chance where None.
    """
    rng = random.Random(seed)
    none = rng.random() < NONE_SHARE if negative is None else negative
    if none and rng.random() < 0.5:
        return empty_scene(rng, width, height)
    if none:
        kind = rng.choice(list(NEGATIVES))
        layout, word, looks, dark = NEGATIVES[kind], "none", (80, 5, 5, 10), 0.6 if kind in ("microwave", "wall_clock") else 0.1
    else:
        kind = rng.choice(list(KINDS) + ["blood_pressure_monitor"] * 3 + ["glucose_meter"] * 2 + ["pulse_oximeter"] * 2)
        layout, word, looks, dark = KINDS[kind]
    look, shining = rng.choices(LOOKS, looks)[0], rng.random() < dark
    maker = Maker(rng, look)
    tile = layout(maker)
    flat, outline, place = device(rng, tile, kind, look, shining)
    seen, scale, angles = view(rng, width, height, place, drawn_size(rng) if size is None else size)
    image = background(rng, height, width)
    left, top, dw, dh = place
    corners = boxes_seen([(left, top, left + dw, top + dh)], seen)[0]
    if rng.random() < 0.25:
        held(rng, image, boxes_seen([(0, 0, flat.shape[1], flat.shape[0])], seen)[0])
    by = min(1.0, scale * 1.15)
    flat = np.clip(flat, 0, 255).astype(np.uint8)
    if by < 1:
        # Thin strokes are averaged, not skipped, where the picture is smaller than the drawing.
        size = (max(4, round(flat.shape[1] * by)), max(4, round(flat.shape[0] * by)))
        shrunk = np.diag([flat.shape[1] / size[0], flat.shape[0] / size[1], 1])
        flat, outline = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (flat, outline))
        warp = seen @ shrunk
    else:
        warp = seen
    how = cv2.INTER_LINEAR
    over = cv2.warpPerspective(outline, warp, (width, height), flags=how)[:, :, None]
    if rng.random() < 0.5:
        soft = softened(over[:, :, 0], max(2.0, 0.02 * width))
        image *= 1 - rng.uniform(0.1, 0.6) * np.roll(soft, (rng.randint(0, 9), rng.randint(-9, 9)), (0, 1))[:, :, None]
    image = image * (1 - over) + cv2.warpPerspective(flat, warp, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE) * over
    shine = glare(rng, image, corners)
    digit = max(5.0, MAIN * scale)
    out, blur = exposed(rng, image, digit)
    glyphs, free = glyphs_seen(tile, place, seen, (width, height))
    factors = {"blur": round(blur, 3), "glare": round(shine, 3), **angles, "size": round(digit / min(width, height), 4)}
    factors.update({"digit_px": round(digit, 1), "look": look, "shining": shining})
    values = maker.values if word != "none" else {}
    if values and with_legibility:
        factors.update(legibility(maker, kind, glyphs, out, scale))
    truth = {"kind": kind if word != "none" else "none", "device": word, "values": values, "unit": maker.unit, "screen": maker.screen}
    return Scene(out, glyphs, free, {**truth, "factors": factors})


TURNS = (0, 90, 180, 270)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--negatives", action="store_true")
    parser.add_argument("folder", type=pathlib.Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    labels = []
    for seed in range(given.seed, given.seed + given.count):
        rng = random.Random(seed ^ 0x5EED)
        longer = int(math.exp(rng.uniform(math.log(300), math.log(1280))))
        shorter = int(longer * rng.choice([0.75, 0.5625, 1.0, 0.75]))
        width, height = (longer, shorter) if rng.random() < 0.5 else (shorter, longer)
        drawn = scene(seed, width, height, given.negatives, with_legibility=True)
        # By how many degrees clockwise the picture is to be turned to be upright.
        turn = rng.choice([0, 0, 0, 0, 0, 0, 0, 90, 180, 270])
        image = np.ascontiguousarray(np.rot90(drawn.image, turn // 90))
        file = f"{seed}.jpg"
        cv2.imwrite(str(given.folder / file), image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        glyphs = [
            {"symbol": s, "x": round(x, 1), "y": round(y, 1), "width": round(w, 1), "height": round(h, 1), **({"role": r} if r else {})}
            for s, x, y, w, h, r in drawn.glyphs
        ]
        readable = {"readable": is_readable(drawn.truth["factors"])} if drawn.truth["values"] else {}
        labels.append({"file": file, **drawn.truth, **readable, "turn": turn, "width": width, "height": height, "glyphs": glyphs})
    (given.folder / "labels.json").write_text(json.dumps(labels, indent=1))


if __name__ == "__main__":
    main()
