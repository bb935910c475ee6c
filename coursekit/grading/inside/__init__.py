"""What runs in the sandbox, next to a student's code: nothing here knows an answer.

Imports only the standard library, NumPy, and what the kit of an assignment holds.
"""
