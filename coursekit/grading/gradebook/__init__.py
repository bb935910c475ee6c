"""The gradebook: who handed in what and when, what it earned, what a person added.

`models` says what is kept, `database` opens it; `intake`, `regrade`, `marks` and `roster` are the
only places that write to it. `standing` works out what counts from what is kept; `export` hands
it on. `late` and `rules` know nothing of a database.
"""
