"""What people read after grading: a page for each student, a report on the class.

Every page is one file without scripts that loads nothing. `student` and `report` write them,
`similarity` finds near-identical answers; `view` is what the gradebook adds to a record.
"""
