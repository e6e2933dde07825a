"""Parts of the staff's pages."""
