"""A row of pictures with a slider: an animation that needs no kernel and works by keyboard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from string import Template

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.plots.encode import to_webp
from coursekit.plots.palette import SCREEN_DPI, SIGNED, WIDTH
from coursekit.plots.picture import Picture, checked_alt, image_element
from coursekit.plots.pixels import ValueRange, as_image, to_pixels, value_limits

#: Arrays narrower than this are enlarged by a whole factor, so that their pixels stay squares.
_NARROW = 280
_EXACT_BYTES = 8_000

# The handlers reach only elements of their own figure, so any number of sliders, and one slider
# twice, can be on a page. They are attributes and not a <script>, because JupyterLab creates the
# elements again for every view of a notebook.
_SHOW = (
    "const r=this.querySelector('input'),all=this.querySelectorAll('li'),one=all[r.value],"
    "from=one.querySelector('img'),to=this.querySelector('img'),"
    "text=one.querySelector('p').textContent,[back,on]=this.querySelectorAll('button');"
    "to.src=from.src;to.alt=from.alt;r.setAttribute('aria-valuetext',text);"
    "this.querySelector('output').textContent=text;"
    "back.setAttribute('aria-disabled',r.value==0);"
    "on.setAttribute('aria-disabled',r.value==all.length-1)"
)
_MOVE = (
    "const r=this.closest('figure').querySelector('input');r.value=+r.value{step};"
    "r.dispatchEvent(new Event('input',{{bubbles:true}}))"
)
# Where handlers do not run (untrusted notebook, GitHub), the controls stay hidden and the list of
# all frames opens without them.
_START = "this.closest('figure').querySelector('div').style.display='block'"
# In command mode JupyterLab takes the arrow keys for itself, unless the element in focus says no.
_KEYS = 'data-lm-suppress-shortcuts="true"'

_PAGE = Template(
    '<figure class="coursekit-figure coursekit-frames" aria-label="$name" style="margin:0" '
    f'oninput="{_SHOW}">$start'
    '<div style="display:none"><p style="display:flex;flex-wrap:wrap;align-items:center;'
    'gap:0.5em;margin:0;max-width:${width}px">'
    f'<button type="button" {_KEYS} aria-disabled="true" style="min-height:2.75em" '
    f'onclick="{_MOVE.format(step="-1")}">Previous</button>'
    '<label style="flex:1 1 10em;display:flex;flex-wrap:wrap;align-items:center;gap:0.5em">$name'
    f'<input type="range" {_KEYS} min="0" max="$last" step="1" value="0" autocomplete="off" '
    'aria-valuetext="$label" style="flex:1 1 8em;min-width:4em;min-height:2.75em"></label>'
    f'<button type="button" {_KEYS} aria-disabled="false" style="min-height:2.75em" '
    f'onclick="{_MOVE.format(step="+1")}">Next</button></p></div>'
    '<output aria-live="polite" style="display:block">$label</output>'
    f"<details><summary {_KEYS}>All $count frames, one below the other</summary>"
    '<ol style="list-style:none;padding:0">$items</ol></details>$caption</figure>'
)


@dataclass(frozen=True, repr=False)
class FrameSlider:
    """Frames of one size that a reader steps through; made by `frame_slider`.

    ``frames`` are WebP files, ``labels`` and ``alts`` go with them, ``size`` is (width, height)
    in CSS pixels.
    """

    frames: list[bytes]
    labels: list[str]
    alts: list[str]
    size: tuple[int, int]
    name: str
    caption: str | None = None

    def __len__(self) -> int:
        return len(self.frames)

    def __repr__(self) -> str:
        first, last = self.labels[0], self.labels[-1]
        return f"<FrameSlider {self.name!r}: {len(self)} frames, {first} … {last}>"

    def _repr_html_(self) -> str:
        count = len(self)
        images = [
            image_element(frame, alt, *self.size)
            for frame, alt in zip(self.frames, self.alts, strict=True)
        ]
        texts = [escape(f"{label} ({i} of {count})") for i, label in enumerate(self.labels, 1)]
        items = "".join(
            f"<li>{image}<p>{text}</p></li>" for image, text in zip(images, texts, strict=True)
        )
        start = f' onload="{_START}"'
        return _PAGE.substitute(
            name=escape(self.name),
            start=image_element(self.frames[0], self.alts[0], *self.size, extra=start),
            width=max(self.size[0], 360),
            last=count - 1,
            label=texts[0],
            count=count,
            items=items,
            caption=f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else "",
        )


def frame_slider(
    frames: Sequence[Picture] | Sequence[ArrayLike],
    labels: Sequence[object],
    *,
    alt: Sequence[str] | Callable[[str], str] | None = None,
    name: str,
    caption: str | None = None,
    value_range: ValueRange | None = None,
) -> FrameSlider:
    """Let the reader step through pictures or images with a slider.

    ``frames`` are at least two `Picture` objects, or arrays (H, W) or (H, W, 3), all of one size;
    arrays follow the rules of ``value_range`` in `show_images`. ``labels`` say what each frame is
    ("σ = 2"), ``name`` what the slider moves ("width of the Gaussian"). ``alt`` describes each
    frame in its own words: one text per frame, or a function from label to text; pictures bring
    their own.

    Raises ValueError for frames of different sizes, lists of different lengths, or descriptions
    that are the same; TypeError for a mixture of pictures and arrays, or arrays without ``alt``.
    """
    if len(frames) < 2:
        raise ValueError(f"a slider needs at least two frames, got {len(frames)}")
    if len(labels) != len(frames):
        raise ValueError(f"{len(frames)} frames need {len(frames)} labels, got {len(labels)}")
    if not name.strip():
        raise ValueError("name is empty: say what the slider moves")
    texts = [str(label) for label in labels]
    pictures = [frame for frame in frames if isinstance(frame, Picture)]
    if pictures and len(pictures) < len(frames):
        raise TypeError("frames mixes pictures and arrays: give one kind")
    alts = _alts(alt, texts, pictures)
    if pictures:
        size = _one_size([picture.size for picture in pictures])
        return FrameSlider([p.to_webp() for p in pictures], texts, alts, size, name, caption)
    images = [as_image(frame) for frame in frames if not isinstance(frame, Picture)]
    width, height = _one_size([(x.shape[1], x.shape[0]) for x in images])
    factor = max(1, _NARROW // width)
    scale = min(factor, WIDTH * SCREEN_DPI / width)
    files = [
        to_webp(x.repeat(factor, axis=0).repeat(factor, axis=1), exact_bytes=_EXACT_BYTES)
        for x in _pixels(images, value_range)
    ]
    size = (round(width * scale), round(height * scale))
    return FrameSlider(files, texts, alts, size, name, caption)


def _alts(
    alt: Sequence[str] | Callable[[str], str] | None,
    labels: Sequence[str],
    pictures: Sequence[Picture],
) -> list[str]:
    if alt is None:
        if not pictures:
            raise TypeError("alt is missing: a text per frame, or a function from label to text")
        given = [picture.alt for picture in pictures]
    elif isinstance(alt, str):
        raise TypeError("alt must be one text per frame, or a function from label to text")
    else:
        given = [alt(label) for label in labels] if callable(alt) else list(alt)
    if len(given) != len(labels):
        raise ValueError(f"{len(labels)} frames need {len(labels)} alt texts, got {len(given)}")
    found = [checked_alt(text) for text in given]
    if len(set(found)) < len(found):
        raise ValueError("frames differ, so their alt texts must: say what is new in each frame")
    return found


def _one_size(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    for i, size in enumerate(sizes):
        if size != sizes[0]:
            raise ValueError(
                f"all frames must have one size: frame 0 is {sizes[0][0]}×{sizes[0][1]}, "
                f"frame {i} is {size[0]}×{size[1]} (width × height)"
            )
    return sizes[0]


def _pixels(images: Sequence[NDArray], value_range: ValueRange | None) -> list[NDArray[np.uint8]]:
    limits = value_limits(images, value_range)
    found = [to_pixels(x, limit) for x, limit in zip(images, limits, strict=True)]
    if value_range == "signed":
        found = [SIGNED(x, bytes=True)[..., :3] for x in found]
    return found
