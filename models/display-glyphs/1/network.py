"""The network: a heat map of each symbol's centres at a quarter of the picture's size, sizes and offsets, and two words on the
whole picture: of what kind the device is, and how far the picture is turned."""

import torch
from torch import nn

SYMBOL_COUNT, KIND_COUNT, TURN_COUNT = 20, 13, 4
STRIDE = 4


def unit(before, after, kernel=1, stride=1, groups=1, rectified=True):
    layers = [nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(after)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if rectified else nn.Sequential(*layers)


class Block(nn.Module):
    """A convolution of each channel, one across channels; what came in is added where it fits."""

    def __init__(self, before, after, stride=1):
        super().__init__()
        self.depth = unit(before, before, 3, stride, before)
        self.across = unit(before, after, rectified=False)
        self.adds = stride == 1 and before == after

    def forward(self, x):
        y = self.across(self.depth(x))
        return torch.relu(x + y if self.adds else y)


class Glyphs(nn.Module):
    def __init__(self):
        super().__init__()
        # Whole convolutions where the maps are large: what is cheap to train there is few layers, not few products.
        self.stem = nn.Sequential(unit(3, 16, 3, 2), unit(16, 40, 3, 2))
        self.eighth = nn.Sequential(unit(40, 72, 3, 2), unit(72, 72, 3))
        self.sixteenth = nn.Sequential(Block(72, 128, 2), Block(128, 128), Block(128, 128))
        self.thirty_second = nn.Sequential(Block(128, 192, 2), Block(192, 192))
        width = 64
        self.from_32, self.from_16 = nn.Conv2d(192, width, 1), nn.Conv2d(128, width, 1)
        self.from_8, self.from_4 = nn.Conv2d(72, width, 1), nn.Conv2d(40, width, 1)
        self.at_16, self.at_8 = Block(width, width), Block(width, width)
        self.at_4 = unit(width, width, 3)
        self.symbols = nn.Conv2d(width, SYMBOL_COUNT, 1)
        self.places = nn.Conv2d(width, 4, 1)
        # Labels and units are small: what tells of a kind is looked for where they are still seen, too.
        self.told = nn.Sequential(nn.Linear(2 * (192 + 128 + 72), 128), nn.ReLU())
        self.kinds, self.turns = nn.Linear(128, KIND_COUNT), nn.Linear(128, TURN_COUNT)
        nn.init.constant_(self.symbols.bias, -4.0)

    def parts(self, picture):
        """What the glyphs are read from, and what the whole picture is judged by."""
        quarter = self.stem(picture)
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        deepest = self.thirty_second(sixteenth)
        up = nn.functional.interpolate
        y = self.at_16(self.from_16(sixteenth) + up(self.from_32(deepest), scale_factor=2.0, mode="nearest"))
        y = self.at_8(self.from_8(eighth) + up(y, scale_factor=2.0, mode="nearest"))
        y = self.at_4(self.from_4(quarter) + up(y, scale_factor=2.0, mode="nearest"))
        pooled = [over for maps in (deepest, sixteenth, eighth) for over in (maps.mean((2, 3)), maps.amax((2, 3)))]
        return y, torch.cat(pooled, 1)

    def forward(self, picture):
        """Heat maps as logits, places (log width, log height, offset across, offset down), kinds and turns as logits."""
        y, pooled = self.parts(picture)
        told = self.told(pooled)
        return self.symbols(y), self.places(y), self.kinds(told), self.turns(told)
