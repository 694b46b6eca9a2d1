"""What the drawn exports share: pictures in their frame, state marks, threads, the head with its legend."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from core.studio.exports.canvas import Canvas, Pen
from core.studio.exports.placing import FRAME, Box
from core.studio.exports.style import HOW_TO_BEGIN, LIGHT, NOTHING_YET, STATE_COLOURS, STATE_WORDS, UNREADABLE
from core.studio.layout import Curve, Point
from core.studio.states import State

MARGIN = 48.0
HEAD_HEIGHT = 118.0
EMPTY_SIZE = (720.0, 420.0)
_RING, _RADIUS = 2.5, 7.0
_CURVE_STEPS = 32
_STRIPES = {State.DRAFT: (5.0, 1.6), State.MISSING: (12.0, 5.0)}


def draw_picture(canvas: Canvas, picture: Image.Image | None, box: Box, state: State, asset_id: str) -> None:
    """Draw a picture in the frame of its state, or an empty tile that says which one cannot be shown and why."""
    _draw_ring(canvas, box, state)
    if picture:
        canvas.picture(picture, box, _RADIUS)
        return
    canvas.paint(box, LIGHT.panel, lambda pen: pen.rounded(box, _RADIUS))
    face = canvas.face(11, LIGHT.quiet)
    room = box[2] - box[0] - 16
    lines = canvas.wrapped(STATE_WORDS[state] if state == State.MISSING else UNREADABLE, face, room, 2)
    lines += canvas.wrapped(asset_id, face, room, 2) if state != State.MISSING else []
    top = (box[1] + box[3]) / 2 - 15 * (len(lines) - 1) / 2 + 4
    for index, line in enumerate(lines):
        canvas.write_centred(line, ((box[0] + box[2]) / 2, top + 15 * index), face)


def _draw_ring(canvas: Canvas, box: Box, state: State) -> None:
    outer, gap = _grown(box, FRAME), _grown(box, FRAME - _RING)

    def ring(pen: Pen) -> None:
        pen.rounded(outer, _RADIUS + FRAME)
        if state in _STRIPES:
            pen.stripes(outer, *_STRIPES[state])
        pen.rounded(gap, _RADIUS + FRAME - _RING, fill=0)

    canvas.paint(outer, STATE_COLOURS[state], ring)


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)


def draw_mark(canvas: Canvas, state: State, centre: Point, radius: float = 4.5) -> None:
    """Draw the small sign of a state: a square, a diamond, a hatched disc or an empty one."""
    x, y = centre
    box = (x - radius, y - radius, x + radius, y + radius)

    def mark(pen: Pen) -> None:
        if state == State.GENERATED:
            pen.polygon([(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)])
        elif state == State.ARCHIVE:
            pen.rounded(_grown(box, -0.6), 1.5)
        else:
            pen.disc(centre, radius)
            pen.disc(centre, radius - 1.2, fill=0)
        if state == State.DRAFT:
            pen.disc(centre, radius - 1.2)
            pen.stripes(box, 2.7, 0.9)

    canvas.paint(box, STATE_COLOURS[state], mark)


def draw_curve(canvas: Canvas, curve: Curve, colour: str, width: float) -> None:
    """Draw one cubic curve of a thread."""
    points = _points_on(curve)
    reach = width + 1
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = (min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach)
    canvas.paint(box, colour, lambda pen: pen.line(points, width))


def _points_on(curve: Curve) -> list[Point]:
    if curve[0][1] == curve[3][1] == curve[1][1] == curve[2][1]:
        return [curve[0], curve[3]]
    found = []
    for step in range(_CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        x, y = (sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True)) for axis in (0, 1))
        found.append((x, y))
    return found


def draw_arrow(canvas: Canvas, tip: Point, colour: str) -> None:
    """Draw the head of a thread, pointing right."""
    x, y = tip
    head = [(x, y), (x - 8, y - 4.5), (x - 8, y + 4.5)]
    canvas.paint((x - 9, y - 6, x + 1, y + 6), colour, lambda pen: pen.polygon(head))


def draw_head(canvas: Canvas, title: str, subtitle: str, states: Sequence[State], width: float) -> None:
    """Draw the thread, the title, a line of facts and the legend at the top of the paper, from margin to margin."""
    draw_curve(canvas, ((MARGIN, 62), (MARGIN + 15, 62), (MARGIN + 15, 46), (MARGIN + 30, 46)), LIGHT.thread, 2.2)
    _draw_dot(canvas, (MARGIN, 62))
    _draw_dot(canvas, (MARGIN + 30, 46))
    left = MARGIN + 48
    face = canvas.face(24, LIGHT.ink, 600)
    for line in canvas.wrapped(title, face, width - left - MARGIN, 1):
        canvas.write(line, (left, 58), face)
    small = canvas.face(12.5, LIGHT.quiet)
    canvas.write(subtitle, (left, 82), small)
    x = left + canvas.width_of(subtitle, small) + 26
    for state in states:
        draw_mark(canvas, state, (x, 78))
        canvas.write(STATE_WORDS[state], (x + 10, 82), small)
        x += canvas.width_of(STATE_WORDS[state], small) + 30


def _draw_dot(canvas: Canvas, at: Point) -> None:
    box = (at[0] - 5, at[1] - 5, at[0] + 5, at[1] + 5)
    canvas.paint(box, LIGHT.thread, lambda pen: pen.disc(at, 4.2))


def draw_nothing_yet(canvas: Canvas) -> None:
    """Draw an empty place and how to fill it, on paper of `EMPTY_SIZE`."""
    middle = EMPTY_SIZE[0] / 2
    left, right = (middle - 150, 190.0, middle - 50, 250.0), (middle + 50, 190.0, middle + 150, 250.0)
    for box in (left, right):
        _draw_ring(canvas, box, State.MISSING)
    start, end = (middle - 44, 220.0), (middle + 44, 220.0)
    draw_curve(canvas, (start, start, end, end), LIGHT.thread, 1.8)
    draw_arrow(canvas, end, LIGHT.thread)
    canvas.write_centred(NOTHING_YET, (middle, 312), canvas.face(18, LIGHT.ink, 600))
    canvas.write_centred(HOW_TO_BEGIN, (middle, 338), canvas.face(13, LIGHT.quiet))
