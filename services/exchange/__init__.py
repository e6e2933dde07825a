"""Data in and out: the import of a folder or of frames (`imports`), and its undoing."""
