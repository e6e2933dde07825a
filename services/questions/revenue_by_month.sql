-- Revenue, orders and units of all sales by month of the company's time zone, from a day to before another.
SELECT
    CAST(date_trunc('month', s.day) AS DATE) AS month,
    CAST(sum(s.line_total_cents) AS BIGINT) AS revenue_cents,
    count(DISTINCT s.order_id) AS orders,
    CAST(sum(s.quantity) AS BIGINT) AS units
FROM sale_line AS s
WHERE s.is_sale AND s.day >= $from_day AND s.day < $to_day
GROUP BY CAST(date_trunc('month', s.day) AS DATE)
ORDER BY month
