"""Reference rates of PyTorch's schedulers for tests/unit/schedule_test.c: python schedules.py > schedules.csv
50 steps, 5 a epoch, base rate 0.1. SPDX-License-Identifier: GPL-3.0-or-later"""
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

STEPS, PER_EPOCH, LR = 50, 5, 0.1


def rates(make, per_epoch=False):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    scheduler = make(optimizer)
    out = []
    for step in range(STEPS):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < STEPS and (not per_epoch or (step + 1) % PER_EPOCH == 0):
            scheduler.step()
    return out


columns = {
    "step": rates(lambda o: StepLR(o, step_size=3, gamma=0.1), per_epoch=True),
    "cosine": rates(lambda o: CosineAnnealingLR(o, T_max=STEPS)),
    "one-cycle": rates(lambda o: OneCycleLR(o, max_lr=LR, total_steps=STEPS)),
}
print("rate," + ",".join(columns))
for i, row in enumerate(zip(*columns.values())):
    print(f"{i}," + ",".join(f"{v:.9g}" for v in row))
