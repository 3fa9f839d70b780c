"""What displays show: for each kind of device its layouts, its numbers, what is printed beside them.

Tiles are put together in rows and columns as a page is set. Measures are pixels of the display before a camera sees it.
"""

import cv2
import numpy as np

from shapes import LABELS, digits_of, printed


class Tile:
    """A part of a display: inks to paint, boxes of glyphs, places where a detector may say what it likes."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.inks, self.ghosts, self.boxes, self.free, self.notes = [], [], [], [], []

    def put(self, other, x, y):
        x, y = int(round(x)), int(round(y))
        self.inks += [(mask, colour, px + x, py + y) for mask, colour, px, py in other.inks]
        self.ghosts += [(mask, px + x, py + y) for mask, px, py in other.ghosts]
        self.boxes += [(s, a + x, b + y, c + x, d + y, role) for s, a, b, c, d, role in other.boxes]
        self.free += [(a + x, b + y, c + x, d + y) for a, b, c, d in other.free]
        self.notes += [(text, py + y, side) for text, py, side in other.notes]
        self.width, self.height = max(self.width, x + other.width), max(self.height, y + other.height)
        return self


def row(tiles, gap, align=1.0):
    """Side by side; `align` is 0 for their tops, 1 for their feet."""
    tiles = [t for t in tiles if t is not None]
    height, x, out = max(t.height for t in tiles), 0, Tile(0, 0)
    for tile in tiles:
        out.put(tile, x, (height - tile.height) * align)
        x += tile.width + gap
    return out


def column(tiles, gap, align=1.0):
    """One below the other; `align` is 0 for left, 1 for right."""
    tiles = [t for t in tiles if t is not None]
    width, y, out = max(t.width for t in tiles), 0, Tile(0, 0)
    for tile in tiles:
        out.put(tile, (width - tile.width) * align, y)
        y += tile.height + gap
    return out


def padded(tile, x, y):
    out = Tile(tile.width + 2 * x, tile.height + 2 * y).put(tile, x, y)
    out.width, out.height = int(tile.width + 2 * x), int(tile.height + 2 * y)
    return out


NOTE_HEIGHT = 12  # of print on the case, about


class Maker:
    """Makes tiles of one display: the same digits and labels all over it."""

    def __init__(self, rng, look):
        self.rng, self.look = rng, look
        self.digits = digits_of(rng, look)
        self.small = self.digits if rng.random() < 0.7 else digits_of(rng, look)
        self.face = rng.choice(LABELS)
        self.values, self.unit, self.screen = {}, None, "reading"
        # Of each value: how high the print that tells what it is, and its unit.
        self.labelled, self.units = {}, {}

    def number(self, text, height, role=None, colour=None, digits=None):
        on, off, boxes = (digits or self.digits).draw(text, max(8, int(height)))
        tile = Tile(on.shape[1], on.shape[0])
        tile.inks.append((on, colour, 0, 0))
        if off is not None:
            tile.ghosts.append((off, 0, 0))
        tile.boxes = [(*box, role) for box in boxes]
        if role is not None:
            self.values[role] = text.strip()
        return tile

    def label(self, text, height, colour=None):
        mask = printed(text, self.face, max(7, int(height * 1.35)))
        tile = Tile(mask.shape[1], mask.shape[0])
        tile.inks.append((mask, colour, 0, 0))
        if any(c.isdigit() for c in text):
            tile.free.append((0, 0, *mask.shape[::-1]))
        return tile

    def icon(self, height):
        h = max(8, int(height))
        mask, kind = np.zeros((h, int(h * 1.5)), np.float32), self.rng.randint(0, 7)
        w = mask.shape[1]
        if kind == 0:  # a battery
            cv2.rectangle(mask, (1, h // 4), (w - 4, 3 * h // 4), 1.0, max(1, h // 10))
            cv2.rectangle(mask, (w - 3, 3 * h // 8), (w - 1, 5 * h // 8), 1.0, -1)
            for k in range(self.rng.randint(0, 3)):
                cv2.rectangle(mask, (3 + k * w // 4, h // 3), (k * w // 4 + w // 6, 2 * h // 3), 1.0, -1)
        elif kind == 1:  # a heart
            r = h // 4
            cv2.circle(mask, (w // 2 - r, h // 3), r, 1.0, -1)
            cv2.circle(mask, (w // 2 + r, h // 3), r, 1.0, -1)
            cv2.fillPoly(mask, [np.array([(w // 2 - 2 * r, h // 3 + 1), (w // 2 + 2 * r, h // 3 + 1), (w // 2, h - 1)])], 1.0)
        elif kind == 2:  # a drop
            cv2.circle(mask, (w // 2, 2 * h // 3), h // 4, 1.0, -1)
            cv2.fillPoly(mask, [np.array([(w // 2 - h // 4, 2 * h // 3), (w // 2 + h // 4, 2 * h // 3), (w // 2, 1)])], 1.0)
        elif kind == 3:  # a bell or an arrow
            cv2.fillPoly(mask, [np.array([(2, h - 2), (w - 2, h - 2), (w // 2, 2)])], 1.0)
        elif kind == 4:  # bars
            for k in range(self.rng.randint(3, 6)):
                cv2.rectangle(mask, (k * w // 6, h - 2 - k * h // 7), (k * w // 6 + w // 9, h - 2), 1.0, -1)
        elif kind == 5:  # a face
            cv2.circle(mask, (w // 2, h // 2), h // 2 - 1, 1.0, max(1, h // 12))
            for k in (-1, 1):
                cv2.circle(mask, (w // 2 + k * h // 6, h // 3), max(1, h // 14), 1.0, -1)
            cv2.ellipse(mask, (w // 2, h // 2), (h // 4, h // 4), 0, 20, 160, 1.0, max(1, h // 14))
        else:  # an ellipse with a word's look
            cv2.ellipse(mask, (w // 2, h // 2), (w // 2 - 1, h // 3), 0, 0, 360, 1.0, self.rng.choice([-1, 1, 2]))
        tile = Tile(w, h)
        tile.inks.append((mask, None, 0, 0))
        return tile

    def trace(self, width, height, colour=None):
        """A curve: heartbeats, breaths, a pulse."""
        mask = np.zeros((int(height), int(width)), np.float32)
        x = np.arange(int(width))
        period, kind = self.rng.uniform(0.08, 0.4) * width, self.rng.randint(0, 2)
        phase = (x / period + self.rng.random()) % 1
        if kind == 0:
            y = 0.7 - 0.6 * np.exp(-(((phase - 0.4) / 0.02) ** 2)) + 0.2 * np.exp(-(((phase - 0.45) / 0.02) ** 2))
            y -= 0.12 * np.exp(-(((phase - 0.7) / 0.06) ** 2))
        elif kind == 1:
            y = 0.85 - 0.7 * np.clip(np.sin(phase * np.pi * 2) * 3, -0.2, 1)
        else:
            y = 0.85 - 0.7 * (np.exp(-(((phase - 0.3) / 0.12) ** 2)) + 0.35 * np.exp(-(((phase - 0.6) / 0.1) ** 2)))
        points = np.stack([x, np.clip(y, 0.02, 0.98) * height], 1).astype(np.int32)
        cv2.polylines(mask, [points], False, 1.0, self.rng.choice([1, 2, 2]), cv2.LINE_AA)
        tile = Tile(int(width), int(height))
        tile.inks.append((mask, colour, 0, 0))
        return tile

    def clock(self, height):
        rng = self.rng
        hour = rng.choice([rng.randint(1, 12), rng.randint(0, 23)])
        text = f"{hour}:{rng.randint(0, 59):02d}" if rng.random() < 0.8 else f"{hour:02d}:{rng.randint(0, 59):02d}"
        tile = self.number(text, height, digits=self.small)
        if rng.random() < 0.3:
            tile = row([tile, self.label(rng.choice(["AM", "PM"]), height * 0.4)], height * 0.15, rng.random())
        return tile

    def date(self, height):
        rng = self.rng
        month, day = rng.randint(1, 12), rng.randint(1, 31)
        between = rng.choice("--//.")
        text = rng.choice([f"{month}{between}{day}", f"{day}{between}{month}", f"{month:02d}{between}{day:02d}"])
        return self.number(text, height, digits=self.small)

    def status(self, height):
        """A line of clock, date, number of the reading, icons; None often."""
        rng = self.rng
        parts = []
        if rng.random() < 0.6:
            parts.append(self.clock(height))
        if rng.random() < 0.5:
            parts.append(self.date(height))
        if rng.random() < 0.2:
            parts.append(self.number(str(rng.randint(1, 99)), height, digits=self.small))
        if rng.random() < 0.3:
            parts.append(self.label(rng.choice(["M", "MEM", "AM", "PM", "USER", "OK", "AVG", "SET", "A", "B"]), height * 0.8))
        for _ in range(rng.choice([0, 1, 1, 2])):
            parts.append(self.icon(height))
        if not parts:
            return None
        rng.shuffle(parts)
        return row(parts[:4], height * rng.uniform(0.4, 1.6), rng.random())

    def reading(self, text, height, role=None, unit=None, label=None, colour=None):
        """A number, its label above, before or below it or on the case, its unit behind or below it."""
        rng = self.rng
        tile = self.number(text, height, role, colour)
        size = height * rng.uniform(0.16, 0.3)
        ways = rng.random()
        if unit is not None:
            mark = self.label(unit, size, colour)
            if ways < 0.55:
                tile = row([tile, mark], size * rng.uniform(0.2, 0.8), rng.choice([0, 1, 1, rng.random()]))
            elif ways < 0.8:
                tile = column([tile, mark], size * 0.5, rng.random())
            elif rng.random() < 0.6:
                tile.notes.append((unit, tile.height * 0.7, 1))
            on_case = len(tile.notes) > 0
            if ways < 0.8 or on_case:
                self.units[role] = NOTE_HEIGHT if on_case else size
        if label is not None:
            mark = self.label(label, size, colour)
            ways = rng.random()
            if ways < 0.35:
                tile = column([mark, tile], size * 0.5, rng.random())
            elif ways < 0.65:
                tile = row([mark, tile], size * rng.uniform(0.4, 1.2), rng.choice([0, 0.5, 1]))
            else:
                tile.notes.append((label, tile.height * 0.4, -1))
            self.labelled[role] = size if ways < 0.65 else NOTE_HEIGHT
        return tile

    def framed(self, tile, height):
        """A status line above or below, and margins."""
        rng = self.rng
        status = self.status(max(11, height * rng.uniform(0.16, 0.38))) if rng.random() < 0.6 else None
        other = self.status(max(11, height * rng.uniform(0.16, 0.3))) if rng.random() < 0.2 else None
        parts = [status, tile, other] if rng.random() < 0.5 else [other, tile, status]
        out = column(parts, height * rng.uniform(0.08, 0.3), rng.choice([0, 0.5, 0.5, 1]))
        return padded(out, height * rng.uniform(0.08, 0.7), height * rng.uniform(0.06, 0.4))

    def troubled(self, errors):
        """An error screen in place of a number."""
        self.screen = "error"
        return self.rng.choice(errors)


MAIN = 72  # Height of a display's largest digits.


def blood_pressure_monitor(m):
    rng = m.rng
    systolic = rng.randint(80, 210) if rng.random() < 0.9 else rng.randint(60, 260)
    diastolic = min(rng.randint(45, 120), systolic - rng.randint(15, 40))
    diastolic, pulse = max(30, diastolic), rng.randint(42, 130)
    kpa = rng.random() < 0.03
    shown = (lambda v: f"{v * 0.13332:.1f}") if kpa else str
    m.unit = "kPa" if kpa else "mm[Hg]"
    unit = "kPa" if kpa else "mmHg"
    if rng.random() < 0.05:
        text = m.troubled(["Err", "E1", "E 2", "E-3", "E5", "EE", "Er1", "Er 3"])
        return m.framed(m.number(text, MAIN), MAIN)
    a, b, c = MAIN, MAIN * rng.uniform(0.75, 1.0), MAIN * rng.uniform(0.4, 0.95)
    if rng.random() < 0.25:
        b = a
    with_unit = rng.random()
    unit = unit if with_unit < 0.6 else None
    labels = rng.choice([("SYS", "DIA", "PUL"), ("SYS", "DIA", "PULSE"), ("SYS.", "DIA.", "PR"), ("HI", "LO", "PUL")])
    labels = labels if rng.random() < 0.85 else (None, None, None)
    rate = rng.choice(["/min", "bpm", "BPM", None, None])
    top = m.reading(shown(systolic), a, "sys", unit, labels[0])
    low = m.reading(shown(diastolic), b, "dia", unit if rng.random() < 0.7 else None, labels[1])
    beat = m.reading(str(pulse), c, "pulse", rate, labels[2])
    if rng.random() < 0.4:
        beat = row([m.icon(c * 0.6), beat], c * 0.2, rng.random())
    gap = MAIN * rng.uniform(0.08, 0.5)
    ways = rng.random()
    if ways < 0.66:
        body = column([top, low, beat], gap, rng.choice([1, 1, 1, 0.5, 0]))
    elif ways < 0.76:
        body = column([row([top, low], gap + 20, 1), beat], gap, rng.random())
    elif ways < 0.84:
        body = row([top, low, beat], gap + 14, rng.random())
    elif ways < 0.92:
        body = row([column([top, low], gap, 1), beat], gap + 12, rng.choice([1, 1, 0.5]))
    else:
        pair = m.number(f"{systolic}/{diastolic}", a, "sys")
        m.values.update({"sys": str(systolic), "dia": str(diastolic)})
        m.unit = "mm[Hg]"
        body = column([pair, beat], gap, rng.random())
    if rng.random() < 0.15:
        marks = column([m.icon(14) for _ in range(rng.randint(3, 6))], 10)
        body = row([marks, body], 12, 0.5)
    if rng.random() < 0.12:
        m.screen = "stored"
        body = row([m.number(str(rng.randint(1, 60)), MAIN * 0.3), m.label("M", 14), body], 12, rng.random())
    return m.framed(body, MAIN)


def glucose_meter(m):
    rng = m.rng
    if rng.random() < 0.62:
        m.unit, text = "mg/dL", str(rng.randint(55, 260) if rng.random() < 0.8 else rng.randint(20, 600))
    else:
        m.unit, text = "mmol/L", f"{rng.uniform(3, 15) if rng.random() < 0.8 else rng.uniform(1.1, 33.3):.1f}"
    role, unit = "glucose", rng.choice([m.unit, m.unit, m.unit, None])
    if rng.random() < 0.06:
        role, text = None, m.troubled(["Lo", "Hi", "L0", "H1", "E-1", "E-3", "Err", "E 4", "E2"])
    body = m.reading(text, MAIN * rng.uniform(0.8, 1.2), role, unit)
    ways = rng.random()
    if role and ways < 0.08:
        m.screen = "average"
        body = column([row([m.number(rng.choice(["7", "14", "30", "90"]), 22), m.label("DAY AVG", 12)], 6), body], 10, 0.5)
    elif role and ways < 0.16:
        m.screen = "stored"
        body = column([row([m.label(rng.choice(["M", "mem", "MEM"]), 14), m.number(str(rng.randint(1, 99)), 20)], 6), body], 10)
    elif ways < 0.3:
        body = row([m.icon(24), body], 10, rng.random())
    if rng.random() < 0.15:
        words = rng.choice(["Before meal", "After meal", "Fasting", "GLU", "Blood glucose", "In range", "No mark"])
        body = column([body, m.label(words, 13)], 8, 0.5)
    return m.framed(body, MAIN)


def pulse_oximeter(m):
    rng = m.rng
    spo2, pulse = rng.randint(88, 100) if rng.random() < 0.85 else rng.randint(70, 99), rng.randint(45, 135)
    m.unit = "%"
    coloured = m.look != "segments"
    tints = [rng.choice(TINTS), rng.choice(TINTS)] if coloured and rng.random() < 0.6 else [None, None]
    spo2_label = rng.choice(["%SpO2", "SpO2%", "SpO2", None])
    pulse_label = rng.choice(["PRbpm", "PR bpm", "bpm", "PR", "/min", None])
    b = MAIN * rng.uniform(0.7, 1.0)
    a = m.reading(str(spo2), MAIN, "spo2", rng.choice(["%", None, None]), spo2_label, tints[0])
    b = m.reading(str(pulse), b, "pulse", None, pulse_label, tints[1])
    gap = MAIN * rng.uniform(0.1, 0.5)
    body = row([a, b], gap + 15, rng.choice([0, 0.5, 1])) if rng.random() < 0.5 else column([a, b], gap, rng.choice([0, 0.5, 1]))
    if rng.random() < 0.35:
        text = f"{rng.uniform(0.3, 20):.1f}"
        index = row([m.label(rng.choice(["PI%", "PI", "PI %"]), 13), m.number(text, MAIN * rng.uniform(0.25, 0.5), "pi")], 8)
        body = column([body, index], gap, rng.random())
    if rng.random() < 0.45:
        body = column([body, m.trace(body.width, MAIN * rng.uniform(0.25, 0.6), tints[1])], gap, 0)
    elif rng.random() < 0.4:
        body = row([body, column([m.icon(12) for _ in range(rng.randint(1, 3))], 4)], 12, rng.random())
    return padded(body, MAIN * rng.uniform(0.05, 0.5), MAIN * rng.uniform(0.05, 0.4))


def thermometer(m):
    rng = m.rng
    fahrenheit = rng.random() < 0.3
    degrees = rng.uniform(34.5, 40.5) if rng.random() < 0.75 else rng.uniform(16, 42)
    m.unit = "[degF]" if fahrenheit else "Cel"
    if fahrenheit:
        degrees = degrees * 1.8 + 32
    text, role = f"{degrees:.{2 if rng.random() < 0.12 else 1}f}", "temp"
    if rng.random() < 0.07:
        role, text = None, m.troubled(["Lo", "Hi", "L0", "H1", "Err", "Er1", "L", "H", "---"])
    sign = rng.choice(["°F", "F"]) if fahrenheit else rng.choice(["°C", "°C", "°C", "C"])
    body = m.reading(text, MAIN * rng.uniform(0.8, 1.2), role, sign)
    if rng.random() < 0.3:
        body = row([m.label(rng.choice(["M", "body", "Body", "mem", "surface"]), 14), body], 10, rng.random())
    if rng.random() < 0.2:
        body = row([body, m.icon(22)], 8, rng.random())
    framed = m.framed(body, MAIN) if rng.random() < 0.3 else padded(body, MAIN * rng.uniform(0.05, 0.6), MAIN * rng.uniform(0.04, 0.4))
    return framed


def weight_of(m):
    rng = m.rng
    unit = rng.choice(["kg"] * 6 + ["lb"] * 3 + ["st"])
    m.unit = {"kg": "kg", "lb": "[lb_av]", "st": "[stone_av]"}[unit]
    kilograms = rng.uniform(40, 120) if rng.random() < 0.8 else rng.uniform(3, 180)
    if unit == "st":
        stones = int(kilograms * 0.15747)
        return f"{stones}.{rng.randint(0, 9)}", unit
    weight = kilograms * (2.20462 if unit == "lb" else 1)
    return f"{weight:.{2 if rng.random() < 0.2 else 1}f}", unit


def weight_scale(m):
    rng = m.rng
    text, unit = weight_of(m)
    role = "weight"
    if rng.random() < 0.05:
        role, text = None, m.troubled(["Err", "Lo", "L0", "E1", "EE", "----"])
    if rng.random() < 0.12:
        text = " " + text
    body = m.reading(text, MAIN * rng.uniform(0.8, 1.2), role, rng.choice([unit, unit, unit, None]))
    if rng.random() < 0.15:
        body = column([m.label(rng.choice(["WEIGHT", "NET", "HOLD", "ZERO", "TARE"]), 13), body], 8, rng.random())
    return padded(body, MAIN * rng.uniform(0.1, 0.8), MAIN * rng.uniform(0.06, 0.5))


def body_composition_scale(m):
    rng = m.rng
    text, unit = weight_of(m)
    weight = m.reading(text, MAIN * rng.uniform(0.7, 1.0), "weight", unit)
    h = MAIN * rng.uniform(0.35, 0.7)
    choices = [
        ("fat", f"{rng.uniform(6, 45):.1f}", rng.choice(["FAT", "Body fat", "BF"]), "%"),
        ("bmi", f"{rng.uniform(17, 38):.1f}", "BMI", None),
        ("muscle", f"{rng.uniform(25, 60):.1f}", rng.choice(["MUSCLE", "Muscle"]), rng.choice(["%", "kg"])),
        ("water", f"{rng.uniform(35, 65):.1f}", rng.choice(["TBW", "WATER", "Water"]), "%"),
        ("bone", f"{rng.uniform(2, 4.5):.1f}", "BONE", "kg"),
        ("visceral", str(rng.randint(1, 20)), "VISC", None),
        ("energy", str(rng.randint(1100, 2400)), rng.choice(["kcal", "BMR"]), None),
    ]
    rng.shuffle(choices)
    cells = [m.reading(value, h, role, sign, label) for role, value, label, sign in choices[: rng.randint(1, 4)]]
    gap = MAIN * rng.uniform(0.15, 0.4)
    half = (len(cells) + 1) // 2
    if rng.random() < 0.5 or len(cells) == 1:
        body = column([weight, *cells[:3]], gap, rng.choice([0, 0.5, 1]))
    else:
        rows = [row(cells[:half], gap + 10), row(cells[half:], gap + 10)]
        body = column([weight, *rows], gap, rng.choice([0, 0.5, 1]))
    return m.framed(body, MAIN * 0.7)


def peak_flow_meter(m):
    rng = m.rng
    m.unit = "L/min"
    flow = m.reading(str(rng.randint(120, 720)), MAIN, "pef", rng.choice(["L/min", "l/min", "L/m", None]), rng.choice(["PEF", None, "PEF"]))
    parts = [flow]
    if rng.random() < 0.6:
        sign = rng.choice(["L", "l", None])
        parts.append(m.reading(f"{rng.uniform(0.8, 5.5):.2f}", MAIN * rng.uniform(0.5, 1), "fev1", sign, "FEV1"))
    body = column(parts, MAIN * rng.uniform(0.15, 0.4), rng.choice([0, 0.5, 1]))
    if rng.random() < 0.3:
        body = column([body, m.icon(20)], 10, rng.random())
    return m.framed(body, MAIN)


def spirometer(m):
    rng = m.rng
    m.unit = "L"
    vital = rng.uniform(1.2, 6.2)
    forced = vital * rng.uniform(0.45, 0.92)
    rows = [("FVC", f"{vital:.2f}", "fvc"), ("FEV1", f"{forced:.2f}", "fev1"), ("PEF", f"{rng.uniform(2, 11):.2f}", "pef")]
    rows += [(rng.choice(["FEV1/FVC", "FEV1%"]), f"{100 * forced / vital:.1f}", "fev1_fvc")]
    if rng.random() < 0.4:
        rows.append(("FEF25-75", f"{rng.uniform(0.5, 5):.2f}", "fef25_75"))
    rows = rows[: rng.randint(1, len(rows))]
    h = MAIN * rng.uniform(0.35, 0.7) if len(rows) > 2 else MAIN * rng.uniform(0.6, 1)
    predicted = rng.random() < 0.45
    units = rng.random() < 0.4
    lines = []
    names = [m.label(name, h * 0.5) for name, _, _ in rows]
    widest = max(tile.width for tile in names)
    for (_, text, role), name in zip(rows, names):
        m.labelled[role] = h * 0.5
        cells = [Tile(widest, name.height).put(name, 0, 0), m.number(text, h, role)]
        if units:
            cells.append(m.label("%" if "%" in role or role == "fev1_fvc" else "L", h * 0.4))
        if predicted:
            cells.append(m.number(str(rng.randint(45, 125)), h))
            if rng.random() < 0.6:
                cells.append(m.label("%", h * 0.5))
        lines.append(row(cells, h * 0.5, 0.8))
    body = column(lines, h * rng.uniform(0.3, 0.8), 0)
    if rng.random() < 0.4:
        body = column([m.label(rng.choice(["Spirometry", "BEST TEST", "Results  Pred", "FVC Test", "Best  %Pred"]), h * 0.5), body], h * 0.5, 0)
    if rng.random() < 0.25:
        body = row([body, m.trace(h * 4, h * 3)], h, 0.5)
    return m.framed(body, h)


def ecg_monitor(m):
    rng = m.rng
    m.unit = "/min"
    green, cyan, yellow, white = (60, 255, 90), (70, 220, 255), (255, 230, 60), (240, 240, 240)
    rate = str(rng.randint(38, 150))
    dark = rng.random() < 0.75
    tint = green if dark else None
    heart = m.reading(rate, MAIN, "heart_rate", rng.choice(["bpm", "/min", None]), rng.choice(["HR", "ECG", "HR", "Heart Rate"]), tint)
    trace = m.trace(MAIN * rng.uniform(3, 6), MAIN * rng.uniform(0.7, 1.4), tint)
    if rng.random() < 0.45:
        body = column([heart, trace], 16, rng.random()) if rng.random() < 0.5 else row([trace, heart], 16, 0.5)
        if rng.random() < 0.35:
            cells = [("PR", rng.randint(110, 210), "pr_interval"), ("QRS", rng.randint(70, 130), "qrs_duration")]
            cells.append(("QTc", rng.randint(360, 470), "qtc_interval"))
            body = column([body, row([m.reading(str(v), MAIN * 0.4, r, "ms", n, tint) for n, v, r in cells], 24)], 14, 0)
        return m.framed(body, MAIN * 0.6)
    lines = [row([trace, heart], 20, 0.5)]
    pressure = f"{rng.randint(90, 170)}/{rng.randint(45, 100)}"
    parts = [
        ([("spo2", str(rng.randint(88, 100)))], "SpO2", "%", cyan),
        ([("resp_rate", str(rng.randint(8, 32)))], "RESP", "rpm", yellow),
        ([("sys", pressure)], "NIBP", "mmHg", white),
        ([("temp", f"{rng.uniform(35.5, 39.5):.1f}")], "TEMP", "°C", rng.choice([white, green])),
    ]
    rng.shuffle(parts)
    for [(role, text)], name, unit, colour in parts[: rng.randint(1, 3)]:
        colour = colour if dark else None
        cell = m.reading(text, MAIN * rng.uniform(0.5, 0.9), role, unit if rng.random() < 0.6 else None, name, colour)
        if role == "sys":
            m.values.update(zip(("sys", "dia"), text.split("/")))
            m.labelled["dia"] = m.labelled["sys"]
        lines.append(row([m.trace(trace.width, MAIN * 0.6, colour), cell], 20, 0.5) if rng.random() < 0.6 else cell)
    return m.framed(column(lines, 18, 1), MAIN * 0.5)


def hba1c_meter(m):
    rng = m.rng
    percent = rng.uniform(4.2, 13.5)
    m.unit = "%"
    label = rng.choice(["HbA1c", "A1C", "HbA1c", "A1c", None])
    if rng.random() < 0.12:
        m.unit = "mmol/mol"
        body = m.reading(str(round((percent - 2.15) * 10.929)), MAIN, "hba1c", "mmol/mol", label)
    else:
        body = m.reading(f"{percent:.1f}", MAIN, "hba1c", rng.choice(["%", "%", "%A1C", None]), label)
        if rng.random() < 0.3:
            second = m.reading(str(round((percent - 2.15) * 10.929)), MAIN * 0.5, "hba1c_ifcc", "mmol/mol")
            body = column([body, second], 14, rng.random())
    if rng.random() < 0.35:
        body = column([m.label(rng.choice(["QCOK", "Result", "Test complete", "Lot 1042", "ID 00123"]), 16), body], 12, 0.5)
    return m.framed(body, MAIN)


def capnometer(m):
    rng = m.rng
    kpa = rng.random() < 0.15
    m.unit = "kPa" if kpa else "mm[Hg]"
    text = f"{rng.uniform(2.5, 8):.1f}" if kpa else str(rng.randint(15, 65))
    yellow = rng.choice([(255, 230, 60), (255, 255, 255), None]) if m.look != "segments" else None
    gas = m.reading(text, MAIN, "etco2", rng.choice(["kPa" if kpa else "mmHg", None]), rng.choice(["EtCO2", "CO2", "ETCO2", "EtCO2"]), yellow)
    breaths = m.reading(str(rng.randint(6, 40)), MAIN * rng.uniform(0.5, 1), "resp_rate", rng.choice(["/min", "bpm", "rpm", None]), rng.choice(["RR", "RESP", "awRR", "BR"]), yellow)
    parts = [gas, breaths]
    if rng.random() < 0.3:
        parts.append(m.reading(str(rng.randint(88, 100)), MAIN * 0.7, "spo2", "%", "SpO2"))
    body = column(parts, 16, rng.choice([0, 0.5, 1])) if rng.random() < 0.5 else row(parts, 26, rng.choice([0, 1]))
    if rng.random() < 0.5:
        body = column([body, m.trace(max(body.width, 160), MAIN * rng.uniform(0.5, 1), yellow)], 14, 0)
    return padded(body, MAIN * rng.uniform(0.08, 0.4), MAIN * rng.uniform(0.08, 0.3))


def labelled_display(m):
    """An infusion pump or a ventilator: numbers whose labels alone say what they are."""
    rng = m.rng
    if rng.random() < 0.5:
        m.unit = "mL/h"
        rate = f"{rng.uniform(0.5, 250):.1f}" if rng.random() < 0.7 else str(rng.randint(1, 500))
        cells = [m.reading(rate, MAIN * rng.uniform(0.6, 1), "rate", rng.choice(["mL/h", "ml/h", "mL/hr"]), rng.choice(["RATE", "Rate", None]))]
        others = [
            ("volume", f"{rng.uniform(1, 1000):.1f}", rng.choice(["VTBI", "VOL", "Volume"]), rng.choice(["mL", "ml"])),
            ("infused", f"{rng.uniform(0, 500):.1f}", rng.choice(["VI", "Infused", "TOTAL"]), "mL"),
            ("dose", f"{rng.uniform(0.01, 20):.2f}", "DOSE", rng.choice(["mcg/kg/min", "mg/h"])),
        ]
    else:
        m.unit = "/min"
        cells = [m.reading(str(rng.randint(8, 35)), MAIN * rng.uniform(0.5, 0.9), "rate", "/min", rng.choice(["RR", "f", "Rate", "RATE"]))]
        others = [
            ("tidal_volume", str(rng.randint(250, 750)), rng.choice(["Vt", "VT", "Vte"]), "mL"),
            ("peep", str(rng.randint(3, 18)), "PEEP", rng.choice(["cmH2O", None])),
            ("fio2", str(rng.randint(21, 100)), rng.choice(["FiO2", "O2"]), "%"),
            ("ppeak", str(rng.randint(10, 40)), rng.choice(["Ppeak", "PIP"]), rng.choice(["cmH2O", None])),
            ("minute_volume", f"{rng.uniform(3, 15):.1f}", rng.choice(["MV", "MVe", "Ve"]), "L/min"),
        ]
    rng.shuffle(others)
    h = MAIN * rng.uniform(0.35, 0.8)
    tints = [rng.choice(TINTS) if m.look != "segments" and rng.random() < 0.4 else None for _ in others]
    for (role, text, label, unit), tint in list(zip(others, tints))[: rng.randint(0, 4)]:
        cells.append(m.reading(text, h, role, unit, label, tint))
    rows = [row(cells[k : k + 2], 34, 1) for k in range(0, len(cells), 2)] if rng.random() < 0.5 else cells
    body = column(rows, 18, rng.choice([0, 0.5, 1]))
    if rng.random() < 0.25:
        body = row([m.trace(MAIN * 3, body.height), body], 18, 0.5)
    return m.framed(body, MAIN * 0.6)


# Colours of what shines, red, green, blue.
TINTS = [(255, 60, 50), (60, 255, 90), (70, 200, 255), (255, 230, 60), (245, 245, 245), (255, 150, 30), (90, 120, 255)]

# Each kind: its layout, the device's word in a list of truths, how often its displays have which digits
# (segments, matrix, pixels, print), and how often they are a dark ground on which digits shine.
KINDS = {
    "blood_pressure_monitor": (blood_pressure_monitor, "bp_monitor", (84, 3, 3, 10), 0.15),
    "glucose_meter": (glucose_meter, "glucometer", (70, 6, 9, 15), 0.12),
    "pulse_oximeter": (pulse_oximeter, "pulse_oximeter", (42, 5, 28, 25), 0.9),
    "thermometer": (thermometer, "thermometer", (80, 4, 4, 12), 0.2),
    "weight_scale": (weight_scale, "weight_scale", (84, 4, 3, 9), 0.35),
    "body_composition_scale": (body_composition_scale, "body_composition_scale", (76, 6, 6, 12), 0.25),
    "peak_flow_meter": (peak_flow_meter, "peak_flow_meter", (66, 10, 12, 12), 0.1),
    "spirometer": (spirometer, "spirometer", (20, 22, 26, 32), 0.3),
    "ecg_monitor": (ecg_monitor, "ecg_monitor", (16, 10, 18, 56), 0.75),
    "hba1c_meter": (hba1c_meter, "hba1c", (46, 14, 18, 22), 0.15),
    "capnometer": (capnometer, "capnometer", (34, 8, 22, 36), 0.8),
    "labelled_display": (labelled_display, "labelled_display", (36, 14, 18, 32), 0.5),
}
LOOKS = ("segments", "matrix", "pixels", "print")

# Values that their place or their range tells on a device whose kind is known; all others need their label, or their unit.
PLACED = {
    "blood_pressure_monitor": {"sys", "dia", "pulse"},
    "glucose_meter": {"glucose"},
    "pulse_oximeter": {"spo2", "pulse"},
    "thermometer": {"temp"},
    "peak_flow_meter": {"pef"},
    "ecg_monitor": {"heart_rate"},
    "hba1c_meter": {"hba1c"},
    "capnometer": {"etco2", "resp_rate"},
}


def print_needed(maker, kind):
    """How high the lowest print is without which the values can't be told apart, in pixels of the display: 0 where it isn't there, None where none is needed."""
    heights = []
    for role in maker.values:
        label, unit = maker.labelled.get(role, 0), maker.units.get(role, 0)
        if role == "weight":
            heights.append(unit)  # 70 of what?
        elif role not in PLACED.get(kind, ()):
            heights.append(max(label, unit))
    return min(heights, default=None)


# What has digits too and is no medical device.


def wall_clock(m):
    body = m.number(f"{m.rng.randint(0, 23)}:{m.rng.randint(0, 59):02d}", MAIN)
    if m.rng.random() < 0.4:
        body = column([body, row([m.date(24), m.number(str(m.rng.randint(5, 35)), 24), m.label("°C", 12)], 14)], 12, m.rng.random())
    return padded(body, m.rng.uniform(10, 50), m.rng.uniform(8, 30))


def calculator(m):
    text = str(m.rng.randint(0, 10 ** m.rng.randint(1, 8)))
    if m.rng.random() < 0.5:
        at = m.rng.randint(1, len(text))
        text = text[:at] + "." + text[at:]
    text = text if not text.endswith(".") or m.rng.random() < 0.3 else text[:-1]
    return padded(m.number(" " * m.rng.randint(0, 4) + text, MAIN), m.rng.uniform(6, 30), m.rng.uniform(6, 24))


def microwave(m):
    text = m.rng.choice([f"{m.rng.randint(0, 12)}:{m.rng.randint(0, 59):02d}", str(m.rng.choice([180, 200, 220, 350]))])
    return padded(m.number(text, MAIN), m.rng.uniform(10, 60), m.rng.uniform(8, 26))


def fuel_pump(m):
    rng = m.rng
    lines = [m.reading(f"{rng.uniform(5, 120):.2f}", MAIN * 0.7, None, u, l) for l, u in (("Total", "EUR"), ("Litres", None))]
    lines.append(m.number(f"{rng.uniform(1, 2):.3f}", MAIN * 0.5))
    return padded(column(lines, 20, 1), 20, 14)


NEGATIVES = {"wall_clock": wall_clock, "calculator": calculator, "microwave": microwave, "fuel_pump": fuel_pump}
