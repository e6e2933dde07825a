"""Measurements that print; nothing here is asserted."""
