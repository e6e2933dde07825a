"""Stored data: tables, engines, migrations and the demonstration company. Knows nothing of the layers above."""
