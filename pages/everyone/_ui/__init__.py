"""Parts of the pages that everybody has."""
