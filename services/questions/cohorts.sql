-- Buyers by the month of their first purchase and the months since: how many of them bought again then, and for how much.
SELECT
    CAST(date_trunc('month', b.first_day) AS DATE) AS cohort,
    (extract(YEAR FROM o.day) - extract(YEAR FROM b.first_day)) * 12
        + extract(MONTH FROM o.day) - extract(MONTH FROM b.first_day) AS months_since,
    count(DISTINCT o.customer_id) AS customers,
    CAST(sum(o.lines_cents) AS BIGINT) AS revenue_cents
FROM orders AS o
JOIN buyer AS b ON b.customer_id = o.customer_id
WHERE o.is_sale
GROUP BY
    CAST(date_trunc('month', b.first_day) AS DATE),
    (extract(YEAR FROM o.day) - extract(YEAR FROM b.first_day)) * 12
        + extract(MONTH FROM o.day) - extract(MONTH FROM b.first_day)
ORDER BY cohort, months_since
