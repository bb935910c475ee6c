"""Made-up records of a class, for the tests of the gradebook."""

import random

from coursekit.grading.records import ByHand, Kind, QuestionMark, Record, Status

QUESTIONS = {"conv2d": 4.0, "maxpool": 3.0, "softmax": 2.0}


def record(
    student,
    scores=(4, 3, 2),
    *,
    assignment="unit 04",
    kind=Kind.GRADED,
    version="v1",
    essay=False,
    digest="",
    **others,
):
    """One record: three checked questions of 4, 3 and 2 points; an essay of 3 on demand."""
    graded = kind is Kind.GRADED
    questions = tuple(
        QuestionMark(name, name, version, points, score, Status.PASSED)
        for (name, points), score in zip(QUESTIONS.items(), scores, strict=True)
    )
    told = {
        "graded": "2026-11-22T20:00:00+00:00",
        "seed": 1,
        "level": "full",
        "problem": "" if graded else "It could not be read.",
        **others,
    }
    return Record(
        assignment,
        student,
        f"{student}/answers.ipynb",
        digest or f"{student}-1",
        kind,
        questions=questions if graded else (),
        by_hand=(ByHand("essay", "Why pooling?", 3.0),) if essay and graded else (),
        **told,
    )


def a_class(size, seed=0, **others):
    """Records of students s0000, s0001, … with scores drawn at random."""
    draw = random.Random(seed)
    return [
        record(
            f"s{i:04d}",
            [points * draw.choice((0, 0.5, 0.75, 1)) for points in QUESTIONS.values()],
            **others,
        )
        for i in range(size)
    ]
