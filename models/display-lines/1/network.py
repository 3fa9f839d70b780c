"""The network: a line of a display, read from left to right. At each second column of pixels a symbol, or none."""

from torch import nn

HEIGHT = 32
CLASS_COUNT = 21  # none, then the symbols


def unit(before, after, kernel=3, stride=1):
    """Keeps the length of the line; as high as it is, a kernel takes all of it."""
    high, wide = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (0 if high == 4 else high // 2, wide // 2)
    return nn.Sequential(nn.Conv2d(before, after, (high, wide), stride, padding, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True))


class Lines(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = nn.Sequential(
            unit(3, 24, 3, 2),
            unit(24, 48),
            unit(48, 80, 3, (2, 1)),
            unit(80, 80),
            unit(80, 112, 3, (2, 1)),
            unit(112, 112),
            unit(112, 144, (4, 1)),
        )
        # What stands beside a column.
        self.beside = nn.Sequential(unit(144, 144, (1, 5)), unit(144, 144, (1, 5)))
        self.symbols = nn.Conv2d(144, CLASS_COUNT, 1)

    def forward(self, line):
        """n × 3 × 32 × width -> logits, n × width / 2 × 21."""
        columns = self.seen(line)
        return self.symbols(columns + self.beside(columns)).squeeze(2).transpose(1, 2)
