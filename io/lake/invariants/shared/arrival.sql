-- The weight with which a stay began that fish were moved into: in truth, and as the farm knew it.
SELECT
    t.dest_assignment_id AS assignment_id,
    sum(t.transferred_count * d.avg_weight_g)::DOUBLE / sum(t.transferred_count) AS true_g,
    sum(t.transferred_count * t.measured_avg_weight_g)::DOUBLE / sum(t.transferred_count) AS known_g
FROM fish_moved t
LEFT JOIN daily_truth d ON d.assignment_id = t.source_assignment_id AND d.date = t.actual_execution_date - 1
GROUP BY ALL
