#!/usr/bin/env python3
# Reference numbers for tests/shim/optim_test.c: ten steps of a linear classifier, each case its ten losses and its last
# parameters. Run once, with PyTorch 2.13.0 on the CPU, 2026-11-25: python3 tests/ref/shim.py > tests/ref/shim.h
# SPDX-License-Identifier: GPL-3.0-or-later
import torch

N, F, C = 6, 4, 3


def numbers(n, start):
    return torch.tensor([((i + start) * 7919 + 13) % 1009 / 1009 - 0.5 for i in range(n)], dtype=torch.float64).float()


X = numbers(N * F, 0).reshape(N, F) * 4
Y = torch.tensor([i % C for i in range(N)])
WEIGHTS = torch.tensor([0.5, 1.0, 3.0])

CASES = [
    ("sgd", lambda p: torch.optim.SGD(p, 0.1), None, 0.0),
    ("sgd_momentum_decay", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.05), None, 0.0),
    ("adam_decay", lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.05), None, 0.0),
    ("adamw", lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.2), None, 0.0),
    ("smoothing", lambda p: torch.optim.SGD(p, 0.1), None, 0.1),
    ("class_weights", lambda p: torch.optim.SGD(p, 0.1), WEIGHTS, 0.0),
    ("weights_smoothing", lambda p: torch.optim.SGD(p, 0.1), WEIGHTS, 0.2),
]


def run(make, weights, smoothing):
    w = numbers(C * F, 500).reshape(C, F).requires_grad_()
    b = numbers(C, 900).requires_grad_()
    optim = make([w, b])
    loss_of = torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)
    losses = []
    for _ in range(10):
        optim.zero_grad()
        loss = loss_of(torch.nn.functional.linear(X, w, b), Y)
        loss.backward()
        optim.step()
        losses.append(loss.item())
    return losses, w.detach().flatten().tolist() + b.detach().tolist()


print("/* Made by tests/ref/shim.py. SPDX-License-Identifier: GPL-3.0-or-later */")
for name, make, weights, smoothing in CASES:
    losses, params = run(make, weights, smoothing)
    for what, values in (("losses", losses), ("params", params)):
        print(f"static const float ref_{name}_{what}[] = {{")
        for i in range(0, len(values), 5):
            print("    " + " ".join(f"{v:.9g}f," if "." in f"{v:.9g}" else f"{v:.9g}.0f," for v in values[i:i + 5]))
        print("};")
