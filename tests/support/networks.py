"""ONNX files whose outputs are fixed numbers, whatever they are shown: for the decoding of detectors."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def write_network(path, outputs, side):
    """A network with an input of (1, 3, side, side) and the given outputs, a list of arrays (1, n, k)."""
    nodes = [helper.make_node("GlobalAveragePool", ["images"], ["pooled"])]
    constants, made = [], []
    for number, values in enumerate(outputs):
        values = np.asarray(values, np.float32)
        constants += [
            numpy_helper.from_array(values, f"values{number}"),
            numpy_helper.from_array(np.zeros((3, 1), np.float32), f"nothing{number}"),
            numpy_helper.from_array(np.array([1, 3], np.int64), f"row{number}"),
            numpy_helper.from_array(np.array([1, 1, 1], np.int64), f"one{number}"),
        ]
        nodes += [
            helper.make_node("Reshape", ["pooled", f"row{number}"], [f"flat{number}"]),
            helper.make_node("MatMul", [f"flat{number}", f"nothing{number}"], [f"zero{number}"]),
            helper.make_node("Reshape", [f"zero{number}", f"one{number}"], [f"nil{number}"]),
            helper.make_node("Add", [f"values{number}", f"nil{number}"], [f"out{number}"]),
        ]
        made.append(helper.make_tensor_value_info(f"out{number}", TensorProto.FLOAT, values.shape))
    shown = helper.make_tensor_value_info("images", TensorProto.FLOAT, (1, 3, side, side))
    graph = helper.make_graph(nodes, "fixed", [shown], made, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
