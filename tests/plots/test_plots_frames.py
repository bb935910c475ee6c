"""The frame slider: its input, its bytes, and how it behaves in a browser, by keyboard."""

import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from coursekit.data import load_photo, to_float
from coursekit.plots import FrameSlider, Picture, frame_slider, line_chart

LEVELS = ["black", "grey", "white"]


def flat(value: float, size: int = 4) -> NDArray:
    return np.full((size, size), value)


def three(name: str = "grey value") -> FrameSlider:
    frames = [flat(0.0), flat(0.5), flat(1.0)]
    return frame_slider(frames, LEVELS, alt=lambda label: f"a flat image in {label}", name=name)


def pictures(count: int) -> list[Picture]:
    return [
        line_chart({"y": [0, i]}, xlabel="x", ylabel="y", alt=f"A line that climbs to {i}")
        for i in range(count)
    ]


def test_arrays_become_frames_with_labels_and_descriptions() -> None:
    slider = three()
    assert len(slider) == 3
    assert slider.labels == LEVELS
    assert slider.alts == [f"a flat image in {label}" for label in LEVELS]
    assert slider.size == (280, 280)
    assert repr(slider) == "<FrameSlider 'grey value': 3 frames, black … white>"


def test_pictures_bring_their_own_description() -> None:
    slider = frame_slider(pictures(3), [1, 2, 3], name="slope")
    assert slider.alts[2] == "A line that climbs to 2"
    assert slider.size == (540, 330)


def test_wide_images_are_shown_at_page_width() -> None:
    frames = [np.zeros((300, 1000)), np.ones((300, 1000))]
    slider = frame_slider(frames, [0, 1], alt=lambda v: f"a wide image of value {v}", name="value")
    assert slider.size == (540, 162)


def test_html_is_self_contained_and_the_same_each_time() -> None:
    html = three()._repr_html_()
    assert html == three()._repr_html_()
    assert not re.search(r"<script|\bid=|https?:", html)
    assert html.count("data:image/webp;base64,") == 4


def test_name_label_and_caption_are_escaped() -> None:
    slider = frame_slider(
        [flat(0.0), flat(1.0)],
        ["<i>a</i>", '"b"'],
        alt=["<u>first</u> of the frames", "second of the frames"],
        name='<b>"n"',
        caption="<s>c",
    )
    html = slider._repr_html_()
    assert not re.search(r"<(i|u|b|s)>", html)
    assert "&lt;i&gt;a&lt;/i&gt; (1 of 2)" in html


def test_twelve_photographs_stay_below_300_kilobytes() -> None:
    photo = to_float(load_photo("camera"))
    frames = [photo[8 * i : 8 * i + 256, 120:376] for i in range(12)]
    slider = frame_slider(
        frames, range(12), alt=lambda i: f"part number {i} of the photograph", name="view"
    )
    assert slider.size == (256, 256)
    assert len(slider._repr_html_()) < 300_000


def test_signed_frames_are_coloured_around_zero() -> None:
    frames = [np.array([[-1.0, 0.0, 1.0]]), np.array([[0.0, 0.0, 0.5]])]
    slider = frame_slider(
        frames, [0, 1], alt=lambda i: f"response with number {i}", name="n", value_range="signed"
    )
    assert len(set(slider.frames)) == 2


ALT = ["the first of two frames", "the second of two frames"]
CASES: list[tuple[list, list, dict[str, Any], type[Exception], str]] = [
    ([flat(0)], [1], {"alt": ALT[:1]}, ValueError, "at least two frames, got 1"),
    ([flat(0.0)] * 2, [1], {"alt": ALT}, ValueError, "2 frames need 2 labels, got 1"),
    ([flat(0.0)] * 2, [1, 2], {"alt": ALT[:1]}, ValueError, "2 frames need 2 alt texts, got 1"),
    ([flat(0.0)] * 2, [1, 2], {}, TypeError, "alt is missing"),
    ([flat(0.0)] * 2, [1, 2], {"alt": ALT[0]}, TypeError, "one text per frame"),
    ([flat(0.0)] * 2, [1, 2], {"alt": [ALT[0]] * 2}, ValueError, "their alt texts must"),
    ([flat(0.0)] * 2, [1, 2], {"alt": ["a", "b"]}, ValueError, "alt must describe"),
    ([flat(0.0), flat(0.0, 5)], [1, 2], {"alt": ALT}, ValueError, "frame 1 is 5×5"),
    ([flat(0.0), pictures(1)[0]], [1, 2], {"alt": ALT}, TypeError, "pictures and arrays"),
    ([flat(0.0)] * 2, [1, 2], {"alt": ALT, "name": " "}, ValueError, "name is empty"),
]


@pytest.mark.parametrize(("frames", "labels", "options", "error", "message"), CASES)
def test_frames_that_make_no_slider(
    frames: list, labels: list, options: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        frame_slider(frames, labels, **{"name": "value", **options})


def shown(page: Any, which: int = 0) -> dict[str, Any]:
    """What a reader sees and hears of one slider on the page."""
    return (
        page.locator("figure")
        .nth(which)
        .evaluate(
            """f => ({alt: f.querySelector('img').alt,
                  same: f.querySelector('img').src ===
                        f.querySelectorAll('li img')[f.querySelector('input').value].src,
                  value: +f.querySelector('input').value,
                  spoken: f.querySelector('input').getAttribute('aria-valuetext'),
                  live: f.querySelector('output').textContent,
                  ends: [...f.querySelectorAll('button')]
                        .map(b => b.getAttribute('aria-disabled') === 'true')})"""
        )
    )


@pytest.fixture
def one(page: Any) -> Any:
    page.set_content(three()._repr_html_())
    page.locator("input[type=range]").wait_for(state="visible")
    return page


def test_arrow_keys_move_and_everything_follows(one: Any) -> None:
    assert shown(one) == {
        "alt": "a flat image in black",
        "same": True,
        "value": 0,
        "spoken": "black (1 of 3)",
        "live": "black (1 of 3)",
        "ends": [True, False],
    }
    one.locator("input[type=range]").focus()
    one.keyboard.press("ArrowRight")
    one.keyboard.press("ArrowUp")
    assert shown(one) == {
        "alt": "a flat image in white",
        "same": True,
        "value": 2,
        "spoken": "white (3 of 3)",
        "live": "white (3 of 3)",
        "ends": [False, True],
    }
    one.keyboard.press("ArrowLeft")
    assert shown(one)["live"] == "grey (2 of 3)"
    one.keyboard.press("Home")
    assert shown(one)["value"] == 0


def test_buttons_work_by_keyboard_and_stop_at_the_ends(one: Any) -> None:
    one.keyboard.press("Tab")
    assert one.evaluate("document.activeElement.textContent") == "Previous"
    one.keyboard.press("Enter")
    assert shown(one)["value"] == 0
    one.get_by_role("button", name="Next").focus()
    for expected in (1, 2, 2):
        one.keyboard.press("Space")
        assert shown(one)["value"] == expected
    assert one.evaluate("document.activeElement.textContent") == "Next"


@pytest.mark.parametrize("name", ["σ", "width of the Gaussian filter, measured in pixels"])
def test_slider_has_a_name_and_fits_a_phone(page: Any, name: str) -> None:
    page.set_content(three(name)._repr_html_())
    page.locator("input[type=range]").wait_for(state="visible")
    slider = page.get_by_role("slider", name=name)
    assert slider.count() == 1
    assert slider.bounding_box()["height"] >= 34
    assert slider.bounding_box()["width"] >= 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_two_sliders_and_the_same_twice_move_alone(page: Any) -> None:
    page.set_content(three()._repr_html_() * 2 + three("another")._repr_html_())
    page.locator("input[type=range]").last.wait_for(state="visible")
    page.locator("input[type=range]").nth(1).focus()
    page.keyboard.press("ArrowRight")
    assert [shown(page, i)["value"] for i in range(3)] == [0, 1, 0]
    assert [shown(page, i)["live"][:5] for i in range(3)] == ["black", "grey ", "black"]


def test_html_put_in_later_works_as_jupyterlab_does_it(page: Any) -> None:
    page.set_content("<div></div>")
    page.evaluate(
        "html => { document.querySelector('div').innerHTML = html }", three()._repr_html_()
    )
    page.locator("input[type=range]").wait_for(state="visible")
    page.locator("input[type=range]").focus()
    page.keyboard.press("End")
    assert shown(page)["live"] == "white (3 of 3)"


def test_keys_in_focus_are_kept_from_jupyterlab(one: Any) -> None:
    for element in ("input", "button >> nth=0", "button >> nth=1", "summary"):
        found = one.locator(element)
        assert found.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_without_handlers_the_first_frame_and_a_list_of_all_are_left(page: Any) -> None:
    stripped = re.sub(r' on\w+="[^"]*"', "", three()._repr_html_())
    page.set_content(stripped)
    assert page.locator("figure > img").is_visible()
    assert not page.locator("input").is_visible()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("li img").evaluate_all("all => all.map(i => i.alt)") == three().alts
    assert page.locator("li img").last.is_visible()
