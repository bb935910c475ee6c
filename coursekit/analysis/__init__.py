"""Reasoning about architectures (units 05 and 06): shapes, parameters, work, memory, fields.

A network (a torch module, a `coursekit.numpy_nn` network, or a layer specification) becomes a
graph of operations, and everything is read off the graph; nothing is run at full size. What needs
PyTorch is in `from_torch`, `to_torch` and `empirical`, which are imported when used.
"""

from coursekit.analysis.comparison import Comparison, compare
from coursekit.analysis.graph import INPUT, AnalysisError, Graph, Layer
from coursekit.analysis.networks import NETWORKS, network
from coursekit.analysis.spans import Span, aligned, input_span, union
from coursekit.analysis.summary import Summary, graph_of, summary

__all__ = [
    "INPUT",
    "NETWORKS",
    "AnalysisError",
    "Comparison",
    "Graph",
    "Layer",
    "Span",
    "Summary",
    "aligned",
    "compare",
    "graph_of",
    "input_span",
    "network",
    "summary",
    "union",
]
