"""Grading a class: a judge outside, submissions in a sandbox, records, marks and feedback."""
