"""Trains the quality head: the probability that a heart rate is within 5 per minute of the truth.

    python3 models/pulse-quality/1/train.py DATASET.csv

DATASET.csv comes from `node apps/score/dist/learned/dataset.js` and says which rows train, which set the temperature and
which judge. Writes model.onnx, its digest into config.json and the ablation into MODEL_CARD.md, all beside this file.
Needs PyTorch 1.13 or later (Debian: python3-torch), one thread, seconds. The same file and version give the same weights.
"""

import csv
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch

SEED = 1
TOLERANCE_PER_MINUTE = 5
# Of no layer, (8,), (16, 8) and (24, 12), of 20, 60 and 400 epochs and of decays of 0.01-3: least cross entropy on the
# calibration rows. After 400 epochs the head knew its faces by heart and the temperature was 5.
HIDDEN = (24, 12)
EPOCHS = 60
BATCH = 256
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.01

HERE = pathlib.Path(__file__).resolve().parent

# What is left out, by the names of the columns.
GATES = (
    "low_snr methods_disagree regions_disagree half_rate_suspected beats_and_spectrum_disagree "
    "too_much_motion light_flickers too_many_gaps"
).split()
GROUPS = {
    "the ratios of signal to noise": lambda name: "snr" in name and name != "low_snr",
    "the methods": lambda name: name.split("_")[0] in ("pos", "chrom", "green"),
    "the patches": lambda name: "patch" in name or name == "weight_concentration",
    "the beats": lambda name: name.startswith(("clean_", "beats_apart", "interval_")),
    "the verdicts of the gates": lambda name: name in GATES,
}


class Head(torch.nn.Module):
    """Standardized features through two small layers; the last two numbers are Platt's."""

    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.register_buffer("slope", torch.ones(1))
        self.register_buffer("offset", torch.zeros(1))
        sizes = (len(mean), *HIDDEN, 1)
        layers = []
        for before, after in zip(sizes, sizes[1:]):
            layers += [torch.nn.Linear(before, after), torch.nn.Tanh()]
        self.layers = torch.nn.Sequential(*layers[:-1])

    def logit(self, features):
        return self.layers((features - self.mean) / self.deviation)

    def forward(self, features):
        return torch.sigmoid(self.slope * self.logit(features) + self.offset)


def read(path):
    """Columns by name, features and labels by split. No pulse means no right rate."""
    with open(path, newline="") as file:
        header, *rows = list(csv.reader(file))
    names = header[6:]
    splits = {}
    for split in ("training", "calibration", "held-out"):
        own = [row for row in rows if row[0] == split]
        right = [row[3] != "" and float(row[3]) <= TOLERANCE_PER_MINUTE for row in own]
        features = np.array([[float(cell) for cell in row[6:]] for row in own], dtype=np.float32)
        splits[split] = (torch.from_numpy(features), torch.tensor(right, dtype=torch.float32)[:, None])
    return names, splits


def fitted(splits):
    """Weights from the training rows, slope and offset from the calibration rows."""
    torch.manual_seed(SEED)
    features, right = splits["training"]
    head = Head(features.mean(0), features.std(0).clamp(min=1e-3))
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    loss = torch.nn.BCEWithLogitsLoss()
    for _ in range(EPOCHS):
        order = torch.randperm(len(features))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            optimizer.zero_grad()
            loss(head.logit(features[batch]), right[batch]).backward()
            optimizer.step()
        schedule.step()
    calibrated(head, *splits["calibration"])
    return head.eval()


def calibrated(head, features, right):
    """Platt 1999: one slope and one offset on the logit, by maximum likelihood."""
    with torch.no_grad():
        logit = head.logit(features)
    slope = torch.ones(1, requires_grad=True)
    offset = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([slope, offset], max_iter=200)

    def closure():
        optimizer.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(slope * logit + offset, right)
        value.backward()
        return value

    optimizer.step(closure)
    head.slope.copy_(slope.detach())
    head.offset.copy_(offset.detach())


def judged(head, features, right):
    """Area under the ROC curve, Brier score, cross entropy."""
    with torch.no_grad():
        probability = head(features).clamp(1e-6, 1 - 1e-6)
    order = probability[:, 0].argsort()
    ranks = torch.empty(len(order))
    ranks[order] = torch.arange(1, len(order) + 1, dtype=torch.float32)
    good = right[:, 0] == 1
    count = good.sum()
    area = (ranks[good].double().sum() - count * (count + 1) / 2) / (count * (len(order) - count))
    brier = ((probability - right) ** 2).mean()
    entropy = torch.nn.functional.binary_cross_entropy(probability, right)
    return float(area), float(brier), float(entropy)


def without(names, splits, left_out):
    """The same rows with some columns at rest."""
    kept = torch.tensor([0.0 if left_out(name) else 1.0 for name in names])
    return {split: (features * kept, right) for split, (features, right) in splits.items()}


def ablation(names, splits, whole):
    rows = [("nothing", judged(whole, *splits["held-out"]))]
    for group, left_out in GROUPS.items():
        rest = without(names, splits, left_out)
        rows.append((group, judged(fitted(rest), *rest["held-out"])))
    alone = without(names, splits, lambda name: name != "snr")
    rows.append(("all but the fused ratio of signal to noise", judged(fitted(alone), *alone["held-out"])))
    table = ["| left out | area under ROC | Brier score | cross entropy |", "| --- | --- | --- | --- |"]
    return table + [f"| {name} | {area:.3f} | {brier:.4f} | {entropy:.4f} |" for name, (area, brier, entropy) in rows]


def put_between(path, section, lines):
    """Replaces what stands between two marks of a document."""
    text = path.read_text()
    begin, end = f"<!-- {section} -->", f"<!-- end of {section} -->"
    head, rest = text.split(begin)
    path.write_text(head + "\n".join([begin, "", *lines, "", end]) + rest.split(end)[1])


def export(head, count):
    path = HERE / "model.onnx"
    torch.onnx.export(
        head,
        torch.zeros(1, count),
        str(path),
        input_names=["features"],
        output_names=["probability"],
        dynamic_axes={"features": {0: "rows"}, "probability": {0: "rows"}},
        opset_version=13,
    )
    digest = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    config = HERE / "config.json"
    text = config.read_text()
    config.write_text(text.replace(json.loads(text)["digest"], digest))
    return digest


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    names, splits = read(sys.argv[1])
    head = fitted(splits)
    print("calibration", judged(head, *splits["calibration"]), "slope", float(head.slope), "offset", float(head.offset))
    put_between(HERE / "MODEL_CARD.md", "ablation", ablation(names, splits, head))
    print(export(head, len(names)))


if __name__ == "__main__":
    main()
