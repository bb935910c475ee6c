"""What is wrong with the form of an answer, said to the student as it stands."""


class UnfitAnswer(Exception):
    """An answer cannot be worked with; its text is a sentence or two for the student."""
