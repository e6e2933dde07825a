-- From which day to which day cases were open, and whose; a case that is open has no last day.
SELECT
    s.customer_id,
    s.day AS opened_on,
    s.closed_on,
    count(*) AS cases
FROM cases AS s
WHERE s.customer_id IS NOT NULL AND s.day IS NOT NULL
GROUP BY s.customer_id, s.day, s.closed_on
ORDER BY s.customer_id, opened_on, s.closed_on
