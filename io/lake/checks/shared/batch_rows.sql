-- Rows of each batch in each event table, counted.
SELECT 'batch' AS table_name, id AS batch_id, count(*) AS rows FROM batch GROUP BY ALL
UNION ALL SELECT 'container_assignment', batch_id, count(*) FROM container_assignment GROUP BY ALL
UNION ALL SELECT 'transfer_workflow', batch_id, count(*) FROM transfer_workflow GROUP BY ALL
UNION ALL SELECT 'transfer_action', batch_id, count(*) FROM transfer_action GROUP BY ALL
UNION ALL SELECT 'environmental_reading', batch_id, count(*) FROM environmental_reading GROUP BY ALL
UNION ALL SELECT 'feeding_event', batch_id, count(*) FROM feeding_event GROUP BY ALL
UNION ALL SELECT 'feed_purchase', batch_id, count(*) FROM feed_purchase GROUP BY ALL
UNION ALL SELECT 'mortality_event', batch_id, count(*) FROM mortality_event GROUP BY ALL
UNION ALL SELECT 'growth_sample', batch_id, count(*) FROM growth_sample GROUP BY ALL
UNION ALL SELECT 'individual_growth_observation', batch_id, count(*) FROM individual_growth_observation GROUP BY ALL
UNION ALL SELECT 'daily_state', batch_id, count(*) FROM daily_state GROUP BY ALL
UNION ALL SELECT 'harvest_event', batch_id, count(*) FROM harvest_event GROUP BY ALL
UNION ALL SELECT 'harvest_lot', batch_id, count(*) FROM harvest_lot GROUP BY ALL
UNION ALL SELECT 'harvest_waste', batch_id, count(*) FROM harvest_waste GROUP BY ALL
UNION ALL SELECT 'fact_harvest', batch_id, count(*) FROM fact_harvest GROUP BY ALL
UNION ALL SELECT 'intercompany_transaction', batch_id, count(*) FROM intercompany_transaction GROUP BY ALL
UNION ALL SELECT 'feed_container_stock', batch_id, count(*) FROM feed_container_stock GROUP BY ALL
UNION ALL SELECT 'container_feeding_summary', batch_id, count(*) FROM container_feeding_summary GROUP BY ALL
UNION ALL SELECT 'batch_feeding_summary', batch_id, count(*) FROM batch_feeding_summary GROUP BY ALL
UNION ALL SELECT 'creation_workflow', batch_id, count(*) FROM creation_workflow GROUP BY ALL
UNION ALL SELECT 'creation_action', batch_id, count(*) FROM creation_action GROUP BY ALL
UNION ALL SELECT 'stage_transition_environment', batch_id, count(*) FROM stage_transition_environment GROUP BY ALL
UNION ALL SELECT 'health_sampling_event', batch_id, count(*) FROM health_sampling_event GROUP BY ALL
UNION ALL SELECT 'individual_fish_observation', batch_id, count(*) FROM individual_fish_observation GROUP BY ALL
UNION ALL SELECT 'fish_parameter_score', batch_id, count(*) FROM fish_parameter_score GROUP BY ALL
