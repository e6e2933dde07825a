-- Days on which somebody bought, with what was spent; without those who object to predictions about themselves.
SELECT
    o.customer_id,
    o.day,
    CAST(sum(o.lines_cents) AS BIGINT) AS spent_cents
FROM orders AS o
JOIN customer AS c ON c.customer_id = o.customer_id
WHERE o.is_sale AND o.lines_cents >= 0 AND NOT c.no_profiling AND o.day < $to_day
GROUP BY o.customer_id, o.day
ORDER BY o.customer_id, o.day
