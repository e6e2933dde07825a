"""Buy-till-you-die models by maximum likelihood: BG/NBD, MBG/NBD, Pareto/NBD and MBG/CNBD-2.

All rest on two terms of the likelihood of (x, t_x, T): the customer is still active at T, or has stopped before. From
them follow all answers: `P(active) = alive / (alive + dead)`, and the probability of no purchase in the next h days is
the likelihood of (x, t_x, T + h) over that of (x, t_x, T).
"""
