"""The columnar copy: a DuckDB file with what analytical questions need, fed from the primary database.

`tables` says what is in it (no names, e-mails or free text of persons: those stay in the primary), `log` what has
changed since a position, `source` reads rows of the primary as Arrow, `fill` brings a copy to the state of a source,
`copy` opens and checks files, `build` makes a new file in a process of its own.
"""
