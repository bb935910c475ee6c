"""Live widgets, for a notebook with a running kernel."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from coursekit.plots.kernels import as_kernels
from coursekit.plots.picture import Picture
from coursekit.plots.pixels import as_image
from coursekit.plots.windows import full_response, show_window


class KernelExplorer:
    """Move a kernel over an image; made by `kernel_explorer`.

    ``row``, ``column``, ``kernel`` and ``fill`` are the controls, ``widget`` holds them and the
    view, ``picture`` is what is seen now. Where no widgets are shown, the picture is.
    """

    def __init__(
        self, image: ArrayLike, kernels: Mapping[str, ArrayLike], row: int, column: int
    ) -> None:
        import ipywidgets

        self._image = as_image(image)
        names = list(kernels)
        self._kernels = dict(zip(names, as_kernels(list(kernels.values())), strict=True))
        self._responses = {
            name: full_response(self._image, kernel) for name, kernel in self._kernels.items()
        }
        height, width = self._image.shape
        wide = ipywidgets.Layout(width="100%", max_width="540px")
        self.kernel = ipywidgets.Dropdown(options=names, description="kernel", layout=wide)
        self.row = ipywidgets.IntSlider(row, 0, height - 1, description="row", layout=wide)
        self.column = ipywidgets.IntSlider(column, 0, width - 1, description="column", layout=wide)
        self.fill = ipywidgets.Checkbox(
            value=False, description="fill the response as the kernel moves", layout=wide
        )
        self._view = ipywidgets.HTML()
        controls = [self.kernel, self.row, self.column, self.fill]
        self.widget = ipywidgets.VBox([*controls, self._view])
        for control in controls:
            control.observe(self._draw, names="value")
        self._draw()

    def _draw(self, change: object = None) -> None:
        name = self.kernel.value
        self.picture: Picture = show_window(
            self._image,
            self._kernels[name],
            self.row.value,
            self.column.value,
            name=name,
            response=self._responses[name],
            reveal=self.fill.value,
        )
        self._view.value = self.picture._repr_html_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = dict(self.widget._repr_mimebundle_())
        return {**bundle, "text/plain": repr(self), "text/html": self.picture._repr_html_()}

    def __repr__(self) -> str:
        return f"<KernelExplorer: {', '.join(self._kernels)}; {self.picture.alt}>"


def kernel_explorer(
    image: ArrayLike,
    kernels: Mapping[str, ArrayLike],
    *,
    row: int | None = None,
    column: int | None = None,
) -> KernelExplorer:
    """Slide kernels over an image by hand: window, kernel, products, their sum, the response.

    ``image`` has shape (H, W); ``kernels`` maps names to (kH, kW) arrays with odd sides. The
    kernel starts at (row, column), by default the middle. Sliders move it, by mouse or arrow
    keys. Needs a running kernel and ipywidgets; elsewhere the start is shown as a picture (and
    `frame_slider` shows several).

    Raises ValueError for no kernels, another shape, or a start outside the image.
    """
    x = as_image(image)
    if x.ndim != 2:
        raise ValueError(f"a filter slides over an (H, W) image, got shape {x.shape}: make it grey")
    if not kernels:
        raise ValueError("there is no kernel to explore: kernels is empty")
    start = (x.shape[0] // 2 if row is None else row, x.shape[1] // 2 if column is None else column)
    if not (0 <= start[0] < x.shape[0] and 0 <= start[1] < x.shape[1]):
        raise ValueError(f"the start {start} lies outside an image of shape {x.shape}")
    return KernelExplorer(x, kernels, *start)
