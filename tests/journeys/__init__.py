"""Whole stories in a real browser against the real server."""
