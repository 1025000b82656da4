-- All containers of a batch lie in one geography, by the container and by its hall's station or its area; all its rings
-- in one area unless the schedule says otherwise; what it eats stands beside it; it is processed where it lived.
-- What is expected of it, and the companies that trade it, are of its geography.
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
UNION ALL
SELECT b.batch_number, f.name, p.purchase_date, 'feed is bought into a store of the batch''s halls or areas',
    'one beside a stay', format('hall {}, area {}', f.hall_id, f.area_id)
FROM feed_purchase p
LEFT JOIN batch b ON b.id = p.batch_id
LEFT JOIN feed_container f ON f.id = p.feed_container_id
WHERE NOT EXISTS (
    SELECT 1 FROM place l WHERE l.batch_id = p.batch_id AND (l.hall_id = f.hall_id OR l.area_id = f.area_id))
UNION ALL
SELECT b.batch_number, NULL, s.start_date, 'growth is expected by the model of the geography', g.name, m.location
FROM scenario s
LEFT JOIN batch b ON b.id = s.batch_id
LEFT JOIN geography g ON g.id = b.geography_id
LEFT JOIN tgc_model m ON m.id = s.tgc_model_id
WHERE m.location IS DISTINCT FROM g.name
UNION ALL
SELECT NULL, t.site_name, NULL, 'a site is of a company of its geography', format('{}, {}', coalesce(a.name, s.name),
    g.name), format('{} {}', c.subsidiary, c.display_name)
FROM site t
LEFT JOIN station s ON s.id = t.station_id
LEFT JOIN area a ON a.id = t.area_id
LEFT JOIN geography g ON g.id = coalesce(s.geography_id, a.geography_id)
LEFT JOIN company c ON c.id = t.company_id
WHERE (c.geography_id = g.id AND t.source_model = CASE WHEN t.area_id IS NULL THEN 'station' ELSE 'area' END
       AND c.subsidiary = CASE WHEN t.area_id IS NULL THEN 'FW' ELSE 'FM' END) IS NOT TRUE
UNION ALL
SELECT b.batch_number, NULL, t.posting_date, 'fish are traded between companies of their geography', g.name,
    format('{} to {}', s.display_name, r.display_name)
FROM intercompany_transaction t
LEFT JOIN batch b ON b.id = t.batch_id
LEFT JOIN geography g ON g.id = b.geography_id
LEFT JOIN intercompany_policy p ON p.id = t.policy_id
LEFT JOIN company s ON s.id = p.from_company_id
LEFT JOIN company r ON r.id = p.to_company_id
WHERE (s.geography_id = g.id AND r.geography_id = g.id AND s.id <> r.id
       AND t.currency::VARCHAR = s.currency::VARCHAR) IS NOT TRUE
UNION ALL
SELECT b.batch_number, c.display_name, f.event_date::DATE, 'a harvest is booked for the site that it comes from',
    format('area {}', p.area_id), format('area {}, company {}', t.area_id, c.display_name)
FROM fact_harvest f
LEFT JOIN harvest_event e ON e.id = f.event_id
LEFT JOIN place p ON p.assignment_id = e.assignment_id
LEFT JOIN batch b ON b.id = f.batch_id
LEFT JOIN site t ON t.id = f.dim_site_id
LEFT JOIN company c ON c.id = f.dim_company_id
WHERE (t.area_id = p.area_id AND c.id = t.company_id) IS NOT TRUE
ORDER BY ALL
