-- All containers of a batch lie in one geography, by the container and by its hall's station or its area; all its rings
-- in one area unless the schedule says otherwise; what it eats stands beside it; it is processed where it lived.
WITH place AS (
    SELECT s.*, c.geography_id AS container_geography, c.area_id, c.hall_id, coalesce(t.geography_id,
        r.geography_id) AS site_geography
    FROM stay s
    LEFT JOIN container c ON c.id = s.container_id
    LEFT JOIN hall h ON h.id = c.hall_id
    LEFT JOIN station t ON t.id = h.station_id
    LEFT JOIN area r ON r.id = c.area_id
),
planned_area AS (
    SELECT batch_id, count(DISTINCT area_id) AS areas, min(area_id) AS area_id
    FROM planned_stay WHERE area_id IS NOT NULL GROUP BY batch_id
),
fed AS (
    SELECT batch_assignment_id AS assignment_id, feed_container_id, min(feeding_date) AS date
    FROM feeding_event GROUP BY ALL
)
SELECT
    p.batch_number, p.container, p.first_day AS date, 'container in the batch''s geography' AS what,
    g.name AS expected, format('container {}, its site {}', gc.name, gs.name) AS found
FROM place p
LEFT JOIN geography g ON g.id = p.geography_id
LEFT JOIN geography gc ON gc.id = p.container_geography
LEFT JOIN geography gs ON gs.id = p.site_geography
WHERE (p.container_geography = p.geography_id AND p.site_geography = p.geography_id) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, b.start_date, 'geography as planned', p.geography_id::VARCHAR, b.geography_id::VARCHAR
FROM batch b JOIN planned_batch p ON p.batch_id = b.id
WHERE b.geography_id IS DISTINCT FROM p.geography_id
UNION ALL
SELECT p.batch_number, p.container, p.first_day, 'all rings in one area', w.name, r.name
FROM place p
JOIN planned_area a ON a.batch_id = p.batch_id AND a.areas = 1
LEFT JOIN area w ON w.id = a.area_id
LEFT JOIN area r ON r.id = p.area_id
WHERE p.area_id IS NOT NULL AND p.area_id <> a.area_id
UNION ALL
SELECT p.batch_number, p.container, f.date, 'fed from a silo or barge of its own hall or area',
       format('hall {}, area {}', p.hall_id, p.area_id), format('{}: hall {}, area {}', k.name, k.hall_id, k.area_id)
FROM fed f
JOIN place p USING (assignment_id)
LEFT JOIN feed_container k ON k.id = f.feed_container_id
WHERE k.hall_id IS DISTINCT FROM p.hall_id OR k.area_id IS DISTINCT FROM p.area_id
UNION ALL
SELECT p.batch_number, p.container, e.event_date::DATE, 'processed in its own geography', g.name, d.name
FROM harvest_event e
JOIN place p ON p.assignment_id = e.assignment_id
LEFT JOIN geography g ON g.id = p.geography_id
LEFT JOIN geography d ON d.id = e.dest_geography_id
WHERE e.dest_geography_id <> p.geography_id
ORDER BY ALL
