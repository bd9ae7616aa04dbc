"""Tiny weight files for tests/unit/weights_test.c, each as PyTorch itself writes it. Values: 0, 1, 2, ... a tensor.

usage: python make_weights.py FOLDER      made with PyTorch 2.13.0, 2026-11-25
"""
import argparse
import collections
import os
import sys

import numpy as np
import torch

os.chdir(sys.argv[1])
w, b = torch.arange(6.0).reshape(2, 3), torch.tensor([10.0, 11.0])
sd = collections.OrderedDict([("weight", w), ("bias", b)])
OLD = dict(_use_new_zipfile_serialization=False)


class Canary:
    def __reduce__(self):
        return os.system, ("touch CANARY",)


net = torch.nn.Sequential(torch.nn.Linear(3, 2))
with torch.no_grad():
    net[0].weight.copy_(w)
    net[0].bias.copy_(b)
base = torch.arange(12.0).reshape(3, 4)
torch.save(sd, "w-zip.pth")
torch.save(sd, "w-legacy.pth", **OLD)
torch.save(sd, "w-protocol4.pth", pickle_protocol=4)
torch.save({"t": base.t(), "part": base[1:, 2:], "parameter": torch.nn.Parameter(b)}, "w-views.pth")
torch.save({"t": base.t(), "part": base[1:, 2:], "parameter": torch.nn.Parameter(b)}, "w-views-legacy.pth", **OLD)
torch.save({str(d)[6:]: torch.tensor([0, 1, 3]).to(d) for d in (torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.int32,
            torch.int16, torch.int8, torch.uint8, torch.bool)}, "w-types-legacy.pth", **OLD)
torch.save({"epoch": 3, "lr": 0.5, "files": ["a.jpg", "b.jpg"], "args": argparse.Namespace(lr=1), "best": np.float64(0.5),
            "optimizer": {"state": {}, "param_groups": []}, "state_dict": sd}, "w-wrapped.pth")
torch.save(net, "w-whole.pth")
torch.save({"state_dict": sd, "x": Canary()}, "w-call.pth")
torch.save(argparse.Namespace(a=1), "w-foreign.pth")
torch.save({"epoch": 1}, "w-nothing.pth")
