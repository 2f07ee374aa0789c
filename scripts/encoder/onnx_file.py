"""The trained network in the form that onnxruntime reads, in 8 bits."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from knowledge_base.retrieval.taught import ABOUT, KIND
from scripts.encoder.training import Reader

_OPSET = 17


class _Alone(torch.nn.Module):
    """Token ids of texts of one length in, the two vectors out."""

    def __init__(self, net: Reader) -> None:
        super().__init__()
        self.net = net

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        made: tuple[torch.Tensor, torch.Tensor] = self.net(ids, torch.ones_like(ids))
        return made


def write(net: Reader, path: Path) -> None:
    """Write ``net`` with its matrices in 8 bits, each row by its own scale.

    Seven of the eight are used: without them, processors that lack VNNI add up beyond 16 bits.

    Raises:
        OSError: it cannot be written.
    """
    net.net.config._attn_implementation = "eager"  # the form that can be written
    example = torch.tensor([[0, 5, 6, 7, 2]])
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        whole = Path(folder, "whole.onnx")
        torch.onnx.export(
            _Alone(net).train(mode=False),
            (example,),
            str(whole),
            input_names=["ids"],
            output_names=[ABOUT, KIND],
            dynamic_axes={"ids": {0: "texts", 1: "pieces"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(
            whole, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
