"""Marking by hand: a local page for free-text and plot questions, and the file of marks it keeps.

`marks` is the file; the gradebook reads it. `questions` finds the answers in the results, `desk`
says what a marker sees and does, `server`, `guard` and `page` put that before a browser.
"""
