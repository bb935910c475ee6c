"""Every figure of the course. Figures carry alternative text; nothing here imports pyplot."""

from coursekit.plots.bars import bar_chart, histogram
from coursekit.plots.charts import line_chart
from coursekit.plots.classes import confusion_chart, scatter_chart
from coursekit.plots.frames import FrameSlider, frame_slider
from coursekit.plots.grids import show_grid
from coursekit.plots.images import show_images
from coursekit.plots.kernels import show_kernels, show_surface
from coursekit.plots.palette import series_style, style
from coursekit.plots.picture import Picture
from coursekit.plots.widgets import KernelExplorer, kernel_explorer
from coursekit.plots.windows import full_response, show_window, step_at

__all__ = [
    "FrameSlider",
    "KernelExplorer",
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
    "show_grid",
    "show_images",
    "show_kernels",
    "show_surface",
    "show_window",
    "step_at",
    "style",
]
