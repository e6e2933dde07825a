"""Measurements that anybody can repeat: `make bench` runs them all, `python -m benchmarks.NAME` one of them.

They print ratios, for machines differ; nothing here is asserted by a test.
"""
