"""The trained network in the form that onnxruntime reads, in 8 bits; and back again."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from knowledge_base.retrieval.taught import ABOUT, KIND
from scripts.encoder.reader import Reader

_OPSET = 17
_OURS = "net."  # before every name that the network itself gives
_Array = npt.NDArray[np.generic]


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


def read(path: Path, net: Reader) -> None:
    """Give ``net`` the weights that :func:`write` wrote, as near as 8 bits are.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such file, or of a network of another size.
    """
    graph = onnx.load(str(path)).graph
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found = dict(_weights(graph, kept))
    state = net.state_dict()
    missing = state.keys() - found.keys()
    if missing:
        raise ValueError(f"{path} lacks {sorted(missing)[:3]}")
    net.load_state_dict({name: torch.tensor(found[name]) for name in state})


def _weights(graph: onnx.GraphProto, kept: dict[str, _Array]) -> Iterator[tuple[str, _Array]]:
    for name, values in kept.items():
        if name.startswith(_OURS) and name.endswith((".weight", ".bias")):
            yield name.removeprefix(_OURS), values
        elif name.startswith(_OURS) and name.endswith("weight_quantized"):
            whole = _in_floats(kept, name.removesuffix("_quantized"))
            yield name.removeprefix(_OURS).removesuffix("_quantized"), _turned(name, whole)
    readers = {name: node for node in graph.node for name in node.input}
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1].startswith("onnx::"):
            bias = _bias_behind(node, readers, kept)
            whole = _in_floats(kept, node.input[1].removesuffix("_quantized"))
            yield bias.removeprefix(_OURS).removesuffix("bias") + "weight", whole.T


def _turned(name: str, whole: _Array) -> _Array:
    """Tables of embeddings lie as they are, matrices the other way round."""
    return whole if "embeddings" in name else whole.T


def _in_floats(kept: dict[str, _Array], name: str) -> _Array:
    scale = kept[f"{name}_scale"].astype(np.float32)
    zero = kept[f"{name}_zero_point"].astype(np.float32)
    made: _Array = (kept[f"{name}_quantized"].astype(np.float32) - zero) * scale
    return made


def _bias_behind(
    node: onnx.NodeProto, readers: dict[str, onnx.NodeProto], kept: dict[str, _Array]
) -> str:
    """The name of what is added to the product of ``node``: a matrix has lost its own."""
    while node.op_type != "Add":
        node = readers[node.output[0]]
    return next(str(name) for name in node.input if name in kept)
