-- Every value in the Parquet is the one that was written: the fingerprint of each batch and table, computed anew, equals
-- the manifest's, which two runs of one schedule and seed share. Every planned batch has one for every table, with rows
-- or without.
WITH pair AS (
    SELECT
        coalesce(m.batch_id, l.batch_id) AS batch_id, coalesce(m.table_name, l.table_name) AS table_name,
        m.fingerprint AS written, l.fingerprint AS read
    FROM manifest_fingerprint m
    FULL JOIN lake_fingerprint l ON l.batch_id = m.batch_id AND l.table_name = m.table_name
),
wanted AS (
    SELECT p.batch_id, t.table_name
    FROM planned_batch p
    CROSS JOIN (SELECT DISTINCT table_name FROM manifest_part WHERE partition IS NOT NULL) t
),
of_batch AS (SELECT DISTINCT batch_id, table_name FROM manifest_fingerprint)
SELECT
    b.batch_number, NULL::VARCHAR AS container, NULL::DATE AS date, 'fingerprint of ' || p.table_name AS what,
    coalesce(p.written, 'none in the manifest') AS expected, coalesce(p.read, 'no rows') AS found
FROM pair p LEFT JOIN planned_batch b USING (batch_id)
WHERE p.written IS DISTINCT FROM p.read
UNION ALL
SELECT b.batch_number, NULL, NULL, 'the manifest has a fingerprint of ' || w.table_name, 'one', 'none'
FROM wanted w ANTI JOIN of_batch o USING (batch_id, table_name) LEFT JOIN planned_batch b USING (batch_id)
ORDER BY ALL
