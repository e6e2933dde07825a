-- Days on which a customer came to us with something, and how often.
SELECT
    k.customer_id,
    k.day,
    count(*) AS contacts
FROM contact AS k
WHERE k.customer_id IS NOT NULL AND k.day IS NOT NULL AND k.direction = 'in'
GROUP BY k.customer_id, k.day
ORDER BY k.customer_id, k.day
