"""The live board: what has happened today, against what is usual, and the rows behind every mark.

Figures come from the roll-up tables (services/rollups.py), so that a question costs the same with a thousand orders
and with ten million. `periods` says which days are asked for, `sums` adds them up, `rows` opens what is behind them.
"""
