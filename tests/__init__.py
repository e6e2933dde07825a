"""Tests: services on both databases, pages, the real server, a real browser."""
