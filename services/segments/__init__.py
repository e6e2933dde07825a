"""Segments: groups of customers by a rule over anything that is known of them, current within seconds.

`definition` is the rule and how it is read from outside, `fields` what it may ask, `compile` makes it one question to
the columnar copy, `asking` answers it (count, members, why), `keeping` saves it, `watching` notes who comes and goes,
`reckoning` says who did before it was watched, `rounds` plans follow-ups for all of them, `comparing` sets groups
beside each other.
"""

from services.segments import asking, comparing, keeping, reckoning, rounds, watching, words

__all__ = ["asking", "comparing", "keeping", "reckoning", "rounds", "watching", "words"]
