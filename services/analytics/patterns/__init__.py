"""Purchase patterns: intervals and what is due, week and season, what goes together, who stays, named groups."""
