"""The questions on a local Spark (`make test-spark`): the texts, values and rows are written here, compared there."""
