"""Pieces that several customer pages share."""
