-- Batch, creation, transfer, harvest, lot and laboratory numbers and scenarios' names are unique and at most 50
-- characters; action numbers run 1 to n.
WITH name AS (
    SELECT 'batch number' AS what, batch_number AS name, batch_number FROM batch
    UNION ALL SELECT 'transfer number', w.workflow_number, b.batch_number
        FROM transfer_workflow w LEFT JOIN batch b ON b.id = w.batch_id
    UNION ALL SELECT 'creation number', w.workflow_number, b.batch_number
        FROM creation_workflow w LEFT JOIN batch b ON b.id = w.batch_id
    UNION ALL SELECT 'harvest note', e.document_ref, b.batch_number
        FROM harvest_event e LEFT JOIN batch b ON b.id = e.batch_id
    UNION ALL SELECT 'feed lot number', p.batch_number, b.batch_number
        FROM feed_purchase p LEFT JOIN batch b ON b.id = p.batch_id
    UNION ALL SELECT 'scenario''s name', s.name, b.batch_number
        FROM scenario s LEFT JOIN batch b ON b.id = s.batch_id
    UNION ALL SELECT 'laboratory''s number', h.lab_reference_id, b.batch_number
        FROM health_lab_sample h LEFT JOIN batch b ON b.id = h.batch_id
        WHERE h.date_sent_to_lab IS NOT NULL
),
numbered AS (
    SELECT workflow_id, count(*) AS actions, count(DISTINCT action_number) AS numbers, min(action_number) AS first,
        max(action_number) AS last
    FROM transfer_action GROUP BY ALL
),
delivered AS (
    SELECT workflow_id, count(*) AS actions, count(DISTINCT action_number) AS numbers, min(action_number) AS first,
        max(action_number) AS last
    FROM creation_action GROUP BY ALL
)
SELECT
    min(batch_number) AS batch_number, NULL::VARCHAR AS container, NULL::DATE AS date, what || ' is unique' AS what,
    '1 row' AS expected, format('{} in {} rows', name, count(*)) AS found
FROM name GROUP BY what, name HAVING count(*) > 1
UNION ALL
SELECT batch_number, NULL, NULL, what || ' has 1 to 50 characters', '1 to 50',
    coalesce(format('{}: {}', length(name), name), 'null')
FROM name WHERE (length(name) BETWEEN 1 AND 50) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, w.actual_start_date, w.workflow_number || ': action numbers run 1 to n',
    format('1 to {}', n.actions),
       format('{} numbers from {} to {}', n.numbers, n.first, n.last)
FROM numbered n
LEFT JOIN transfer_workflow w ON w.id = n.workflow_id
LEFT JOIN batch b ON b.id = w.batch_id
WHERE n.first <> 1 OR n.last <> n.actions OR n.numbers <> n.actions
UNION ALL
SELECT b.batch_number, NULL, w.actual_start_date, w.workflow_number || ': deliveries are numbered 1 to n',
    format('1 to {}', n.actions), format('{} numbers from {} to {}', n.numbers, n.first, n.last)
FROM delivered n
LEFT JOIN creation_workflow w ON w.id = n.workflow_id
LEFT JOIN batch b ON b.id = w.batch_id
WHERE n.first <> 1 OR n.last <> n.actions OR n.numbers <> n.actions
UNION ALL
SELECT coalesce(b.batch_number, p.batch_number), NULL, NULL, 'batch number as planned', p.batch_number, b.batch_number
FROM batch b FULL JOIN planned_batch p ON p.batch_id = b.id
WHERE b.batch_number IS DISTINCT FROM p.batch_number
ORDER BY ALL
