"""Every figure of the course. Figures carry alternative text; nothing here imports pyplot."""

from coursekit.plots.bars import bar_chart, histogram
from coursekit.plots.blocks import Block, show_blocks
from coursekit.plots.branches import show_branches
from coursekit.plots.budgets import show_budget
from coursekit.plots.charts import line_chart
from coursekit.plots.classes import confusion_chart, scatter_chart
from coursekit.plots.connections import show_connections
from coursekit.plots.crops import show_crops
from coursekit.plots.curves import show_curves
from coursekit.plots.fields import show_field
from coursekit.plots.frames import FrameSlider, frame_slider
from coursekit.plots.graphs import Node, show_graph
from coursekit.plots.grids import show_grid
from coursekit.plots.images import show_images
from coursekit.plots.kernels import show_kernels, show_surface
from coursekit.plots.landscapes import show_landscape
from coursekit.plots.line_panels import show_line_panels
from coursekit.plots.live import LiveCurves
from coursekit.plots.memory import show_window_memory
from coursekit.plots.palette import series_style, style
from coursekit.plots.picture import Picture
from coursekit.plots.stacked import stacked_bars
from coursekit.plots.stages import show_stages
from coursekit.plots.tradeoffs import show_tradeoff
from coursekit.plots.units import show_units
from coursekit.plots.volumes import show_volumes
from coursekit.plots.widgets import KernelExplorer, kernel_explorer
from coursekit.plots.windows import full_response, show_window, step_at
from coursekit.plots.wiring import show_wiring

__all__ = [
    "Block",
    "FrameSlider",
    "KernelExplorer",
    "LiveCurves",
    "Node",
    "Picture",
    "bar_chart",
    "confusion_chart",
    "frame_slider",
    "full_response",
    "histogram",
    "kernel_explorer",
    "line_chart",
    "scatter_chart",
    "series_style",
    "show_blocks",
    "show_branches",
    "show_budget",
    "show_connections",
    "show_crops",
    "show_curves",
    "show_field",
    "show_graph",
    "show_grid",
    "show_images",
    "show_kernels",
    "show_landscape",
    "show_line_panels",
    "show_stages",
    "show_surface",
    "show_tradeoff",
    "show_units",
    "show_volumes",
    "show_window",
    "show_window_memory",
    "show_wiring",
    "stacked_bars",
    "step_at",
    "style",
]
