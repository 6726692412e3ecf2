"""What can be told from a SavedModel's files, without running it."""

import hashlib
import pathlib
import re
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from export import findings

# Types that a server can write as JSON.
DTYPES = {
    *(tf.float32, tf.float64, tf.bool, tf.string),
    *(tf.int8, tf.int16, tf.int32, tf.int64, tf.uint8),
}

PYTHON = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}

FILES = re.compile(
    r"(Read|Write|Matching)Files?$|Print(V2)?$|(Save|Restore|Summar|Reader)"
    r"|MergeV2Checkpoints|FromTextFile|(TextLine|Record|CSV|Sql|Snapshot|"
    r"DataService|Cache)\w*Dataset|^(Send|Recv|_Send|_Recv|RpcCall|Debug)"
)

RANDOM = re.compile(
    r"Random|Rng|Multinomial|Truncated|Uniform|Normal|Sampl|Seed|Shuffle"
)

# Fixed filters, and biases that never moved, have fewer different values, and
# two of them may be the same with good reason.
FEWEST_VALUES = 16
SAMPLE = 4096

COMPILED = ("_XlaMustCompile", "_XlaCompile")

# Ops with state that answers don't depend on: what is read of variables never
# changes, and a data set of one element has nowhere to be.
HARMLESS = {
    *("VarHandleOp", "ReadVariableOp", "ResourceGather", "ResourceGatherNd"),
    *("Placeholder", "Assert", "NoOp", "BatchFunction", "DisableCopyOnRead"),
    *("If", "While", "Case", "StatefulPartitionedCall"),
    *("TensorDataset", "DatasetToSingleElement", "MapDataset"),
    *("HashTableV2", "LookupTableFindV2", "LookupTableImportV2"),
}


def lint_graph(
    meta_graph, directory: pathlib.Path
) -> Iterator[findings.Finding]:
    """Reads the graph, the signatures and the variables."""
    has_state = {
        op.name
        for op in meta_graph.meta_info_def.stripped_op_list.op
        if op.is_stateful
    }
    for where, node in _nodes(meta_graph):
        yield from _of_node(where, node, node.op in has_state)
    for function in _functions(meta_graph):
        if _is_compiled(function.attr):
            yield _compiled(function.signature.name)
    for name, signature in meta_graph.signature_def.items():
        if not name.startswith("__"):
            yield from _of_signature(name, signature)
    yield from _stored_twice(directory)


def _of_node(where, node, has_state):
    """What breaks a rule in one node."""
    if _is_compiled(node.attr) or node.op.startswith(("Xla", "_Xla")):
        yield _compiled(where)
    elif node.op in PYTHON:
        yield findings.Finding(
            "python-call",
            where,
            f"{node.op} calls Python, which servers don't have. Use "
            "TensorFlow's own ops.",
        )
    elif FILES.search(node.op):
        yield findings.Finding(
            "file-or-print",
            where,
            f"{node.op} reads, writes, prints or sends. A servable must not: "
            "requests come from strangers.",
        )
    elif has_state and RANDOM.search(node.op):
        yield findings.Finding(
            "stateful-random",
            where,
            f"{node.op} makes the answer depend on earlier requests. Draw "
            "with `tf.random.stateless_*` from a seed in the request.",
        )
    elif has_state and node.op not in HARMLESS:
        yield findings.Finding(
            "stateful",
            where,
            f"{node.op} has state that answers may depend on. Use an op "
            "without, or name it among the harmless ones after looking at it.",
        )


def _is_compiled(attributes):
    return any(attributes[key].b for key in COMPILED if key in attributes)


def _compiled(where):
    return findings.Finding(
        "jit-compile",
        where,
        "is compiled by XLA, which servers refuse. Leave `jit_compile` out.",
    )


def _of_signature(name, signature):
    """What breaks a rule in the inputs and outputs."""
    for kind, tensors in [
        ("input", signature.inputs),
        ("output", signature.outputs),
    ]:
        for key, info in tensors.items():
            where = f"{name}, {kind} `{key}`"
            if tf.as_dtype(info.dtype) not in DTYPES:
                yield findings.Finding(
                    "dtype",
                    where,
                    f"is {tf.as_dtype(info.dtype).name}, which servers can't "
                    "write as JSON. Cast it, such as to float32.",
                )
            shape = info.tensor_shape
            if shape.unknown_rank or not shape.dim or shape.dim[0].size != -1:
                yield findings.Finding(
                    "batch-dimension",
                    where,
                    "must have a first dimension of any length, one row for "
                    "each of the request's. Its shape is "
                    f"{tf.TensorShape(shape)}.",
                )


def _stored_twice(directory):
    """Variables with the same values, unless these were never learned."""
    prefix = directory / "variables" / "variables"
    if not prefix.with_name("variables.index").exists():
        return
    reader = tf.train.load_checkpoint(str(prefix))
    first = {}
    for key in sorted(reader.get_variable_to_shape_map()):
        values = np.asarray(reader.get_tensor(key))
        flat = values.ravel()
        # Of a registry of millions a few thousand say enough.
        some = flat[:: max(1, flat.size // SAMPLE)]
        if len(np.unique(some)) < FEWEST_VALUES:
            continue
        is_text = values.dtype == object
        content = b"\0".join(flat) if is_text else values.tobytes()
        form = f"{values.dtype} {values.shape} ".encode()
        digest = hashlib.sha256(form + content).digest()
        if digest in first:
            yield findings.Finding(
                "stored-twice",
                key,
                f"holds the same values as {first[digest]}. Keep TensorFlow's "
                "variables, once each, in a plain `tf.Module`.",
            )
        first.setdefault(digest, key)


def _nodes(meta_graph):
    """Nodes that can run for a request, with where they are."""
    saving = _saving_nodes(meta_graph)
    for node in meta_graph.graph_def.node:
        if node.name not in saving:
            yield f"node {node.name}", node
    for function in _functions(meta_graph):
        for node in function.node_def:
            yield f"{function.signature.name}/{node.name}", node


def _functions(meta_graph):
    """Functions but those that only writing and restoring variables need."""
    library = {
        each.signature.name: each
        for each in meta_graph.graph_def.library.function
    }
    saving = _saving_nodes(meta_graph)
    nodes = meta_graph.graph_def.node
    for_saving = _reached([n for n in nodes if n.name in saving], library)
    others = _reached([n for n in nodes if n.name not in saving], library)
    for name, function in library.items():
        if name in others or name not in for_saving:
            yield function


def _saving_nodes(meta_graph):
    """Names of the nodes with which variables are written and restored."""
    saver = meta_graph.saver_def
    return {saver.save_tensor_name.split(":")[0], saver.restore_op_name}


def _reached(nodes, library):
    """Names of the functions that nodes call, and that those call."""
    reached, waiting = set(), list(nodes)
    while waiting:
        node = waiting.pop()
        called = [node.op]
        for value in node.attr.values():
            called.append(value.func.name)
            called += [function.name for function in value.list.func]
        for name in called:
            if name in library and name not in reached:
                reached.add(name)
                waiting += library[name].node_def
    return reached
