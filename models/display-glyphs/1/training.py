"""What the training of both networks of displays shares: how pictures are shown, a moving mean of weights, what is written in the end."""

import hashlib
import json

import numpy as np
import torch

MEAN_STEPS = 8  # between two that go into the moving mean
MEAN_SHARE = 0.04  # of each of them


def standardized(image):
    """Grey of mean 0 and deviation 1; the colours keep what sets them apart."""
    values = image.astype(np.float32)
    return (values - values.mean()) / (values.std() + 4)


def follow(averaged, network, at):
    """Moves the mean of the weights towards those of a step, faster in the beginning."""
    if at % MEAN_STEPS:
        return
    share = max(MEAN_SHARE, 3 / (at / MEAN_STEPS + 3))
    with torch.no_grad():
        now = network.state_dict()
        for name, value in averaged.state_dict().items():
            if value.is_floating_point():
                value += (now[name] - value) * share


def answers_to_waves(network, height, width, outputs):
    """What the network answers to waves: whoever runs the exported file must get the same."""
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(0.3 * x + 0.7 * y + channel) for channel in range(3)]).astype(np.float32)
    with torch.no_grad():
        answers = network(torch.from_numpy(waves)[None])
    parts = [answers] if torch.is_tensor(answers) else answers
    return {name: [round(float(v), 6) for v in part.flatten()[::97]] for name, part in zip(outputs, parts)}


def write_beside(model, answers):
    """The digest of model.onnx into config.json, what it must answer into check.json."""
    (model.parent / "check.json").write_text(json.dumps(answers, indent=1) + "\n")
    config = model.parent / "config.json"
    text, digest = config.read_text(), "sha256:" + hashlib.sha256(model.read_bytes()).hexdigest()
    config.write_text(text.replace(json.loads(text)["digest"], digest))
    return digest
