"""Reference numbers of tests/nn/reference_test.c: logits with stored statistics, the losses of ten SGD steps in train mode, then the
logits with the statistics that these steps left (they show the momentum and the unbiased variance of batch norm), of torchvision's networks with the tensors and pictures of formula() in tests/nn/nn_test.h. Computed in double precision; the differences
of single precision are printed to standard error.

usage: python nn_reference.py > nn_reference.txt      made with PyTorch 2.13.0, torchvision 0.28.0, 2026-11-25
"""
import sys

import numpy as np
import torch
import torchvision

CLASSES, BATCH, SIZE, STEPS, RATE, PICTURES = 5, 4, 64, 10, 1e-3, 100000


def formula(tensor, n):
    i = np.arange(n, dtype=np.uint64)
    cut = np.uint64(0xFFFFFFFF)
    x = (np.uint64(tensor * 0x9E3779B1 & 0xFFFFFFFF) + i * np.uint64(0x85EBCA6B) + np.uint64(0x27D4EB2F)) & cut
    x = ((x ^ x >> np.uint64(15)) * np.uint64(0x2C1B3C6D)) & cut
    x = ((x ^ x >> np.uint64(12)) * np.uint64(0x297A2D39)) & cut
    return ((x ^ x >> np.uint64(15)) >> np.uint64(8)).astype(np.float64) / 16777216.0


def spread(name):
    """Variance of the convolutions as a multiple of He's: see nn_test.h."""
    return 256 if name.startswith("features") else 16


def value(i, name, t):
    v = formula(i, t.numel())
    kind = name.rsplit(".", 1)[1]
    if kind == "num_batches_tracked":
        return torch.zeros((), dtype=torch.int64)
    if kind == "weight" and t.dim() == 4:
        outputs = 1 if t.shape[1] == 1 else t.shape[0]  # of a group
        v = (2 * v - 1) * np.sqrt(spread(name) * 6 / (outputs * t.shape[2] * t.shape[3]))
    elif kind == "weight" and t.dim() == 2:
        v = (2 * v - 1) * np.sqrt((3e-5 if name.startswith("classifier") else 0.03) / t.shape[1])
    elif kind in ("weight", "running_var"):
        v = (0.5 + v) * (spread(name) if kind == "running_var" else 0.25 if ".bn3." in name or ".conv.3." in name else 1)
    else:
        v = (v - 0.5) * 0.2
    return torch.from_numpy(v.astype(np.float32)).reshape(t.shape)


def pictures():
    """Cells of 16 x 16 pixels with a value each, and fainter noise on every pixel: pictures of noise alone look the same to a deep net."""
    n, c, h, w = np.meshgrid(*(np.arange(k) for k in (BATCH, 3, SIZE, SIZE)), indexing="ij")
    cell = ((n * 3 + c) * 4 + h // 16) * 4 + w // 16
    v = 2 * formula(PICTURES, BATCH * 48)[cell] - 1 + 0.25 * (2 * formula(PICTURES + 1, cell.size).reshape(cell.shape) - 1)
    return torch.from_numpy(v.astype(np.float32))


def run(name, dtype):
    net = getattr(torchvision.models, name)(num_classes=CLASSES)
    net.load_state_dict({k: value(i, k, t) for i, (k, t) in enumerate(net.state_dict().items())})
    if name == "mobilenet_v2":
        net.classifier[0].p = 0.0
    net.to(dtype)
    x, y = pictures().to(dtype), torch.arange(BATCH) % CLASSES
    with torch.no_grad():
        logits = net.eval()(x).flatten().tolist()
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=RATE), []
    net.train()
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        after = net.eval()(x).flatten().tolist()
    return logits, losses, after


print("# by nn_reference.py: eval-mode logits (4 pictures, 5 classes), losses of 10 steps of SGD 1e-3, eval-mode logits after them")
for name in sys.argv[1:] or ("resnet18", "resnet50", "mobilenet_v2"):
    (logits, losses, after), (logits32, losses32, after32) = run(name, torch.float64), run(name, torch.float32)
    print(name, *(f"{v:.10g}" for v in logits + losses + after))
    print(name, "float32:", max(abs(a - b) / max(1, abs(a)) for a, b in zip(logits, logits32)),
          *(f"{abs(a - b) / abs(a):.1e}" for a, b in zip(losses, losses32)),
          max(abs(a - b) for a, b in zip(after, after32)) / max(abs(a) for a in after), file=sys.stderr)
