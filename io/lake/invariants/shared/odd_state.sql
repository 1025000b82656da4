-- The states (state_day) that 13_weights and 16_daily_states look at: where fish arrived or were weighed, and whatever
-- isn't as it should be on any other day.
SELECT
    assignment_id, date, population, mortality_count, anchor_type, weight_source, weight_confidence, known_g, true_g,
    true_population, agree, weighed, vaccinated, fish_before, error_g, known_before_g, true_before_g,
    confidence_before
FROM state_day
WHERE known_before_g IS NULL OR date = first_day OR weighed OR vaccinated OR anchor_type IS NOT NULL
    OR (agree AND weight_source <> 'measured' AND weight_confidence <= confidence_before
        AND population = fish_before - mortality_count AND true_g >= true_before_g AND known_g >= known_before_g
        AND (error_g IS NULL OR abs(known_g - true_g)::DOUBLE <= error_g)) IS NOT TRUE
