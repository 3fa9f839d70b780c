"""Makes the committed network trainable again: what the exported file has as convolutions with a bias was a convolution and the
norm of a batch, and is so again, with the means and deviations that scenes give it. Needs onnx 1.12 (Debian: python3-onnx)."""

import onnx
import torch
from onnx import numpy_helper
from torch import nn


def convolutions_in_order(network, picture):
    """As the picture meets them, which is how they stand in the file."""
    met = []
    layers = [layer for layer in network.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    hooks = [layer.register_forward_hook(lambda layer, *_: met.append(layer)) for layer in layers]
    with torch.no_grad():
        network(picture)
    for hook in hooks:
        hook.remove()
    return met


def norms_after(network):
    """The norm behind each convolution that has one."""
    return {
        pair[0]: pair[1]
        for pair in network.modules()
        if isinstance(pair, nn.Sequential) and len(pair) >= 2 and isinstance(pair[1], nn.BatchNorm2d)
    }


def resumed(network, path, pictures):
    """Loads `path` into the network; on `pictures` the norms learn what they divide by, and the answers stay as they are."""
    graph = onnx.load(str(path)).graph
    stored = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    nodes = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    network.eval()
    layers, norms = convolutions_in_order(network, pictures[:1]), norms_after(network)
    assert len(nodes) == len(layers)
    with torch.no_grad():
        for node, layer in zip(nodes, layers):
            weight, bias = (stored[name] for name in node.input[1:3])
            layer.weight.copy_(weight)
            (norms[layer] if layer in norms else layer).bias.copy_(bias)
        for norm in norms.values():
            norm.running_mean.zero_()
            norm.running_var.fill_(1 - norm.eps)
            norm.weight.fill_(1)

        def learn(norm, given):
            mean, variance = given[0].mean((0, 2, 3)), given[0].var((0, 2, 3))
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias += mean

        hooks = [norm.register_forward_pre_hook(learn) for norm in norms.values()]
        network(pictures)
        for hook in hooks:
            hook.remove()
    return network
