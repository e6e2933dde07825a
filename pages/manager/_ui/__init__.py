"""The parts of the live board's page."""
