-- The stays of stages in which fish are fed.
SELECT s.assignment_id, s.initial_count
FROM stay s JOIN fcr_band f ON f.geography_id = s.geography_id AND f.lifecycle_stage_id = s.stage AND f.mean > 0
