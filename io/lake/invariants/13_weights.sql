-- True weights are continuous across transfers and never fall within a stay: nothing here takes out large fish by size.
-- The farm's estimate follows them: no jump at a transfer, no fall but on a day of weighing, an error within bounds. A
-- sample's mean lies within its sampling error of the truth; K of every fish in 0.8-1.6; a sample tells what its fish tell.
-- Lice counted follow the lice that were there, within the error of their counts.
--
-- Sampling error: the spread is pooled over the batch's containers of the stage and day, so that it is nearly normal, and
-- 7 standard errors are allowed: of the half million samples of a large run a few lie beyond 5 by chance, the farthest at
-- 5.9. A container's samples have a lasting error of their own (selection_sd, of the cube-root weight), so those of a stage
-- may lean by as much as its mean over the containers.
-- First day after a move: fry of 0.2 g grow by 7 % a day at 13 C and TGC 0.95 (published biology), larger fish by less.
-- Estimate: 8 standard errors of a sample and, since expected growth is not the fish's own, half the true growth since the
-- last weighing (5 SD of a TGC that varies by 10 %); before any, since the first day. Of fish that are there. The farm does
-- not know that fish are off their feed: of the growth that it expected, the share that their appetite fell short by.
WITH arrival AS (
    SELECT
        s.batch_number, s.container, s.first_day AS date,
        any_value(d.known_g)::DOUBLE AS weight_g, any_value(d.true_g)::DOUBLE AS true_g,
        any_value(d.weight_source = 'measured') AS weighed,
        sum(t.transferred_count * t.measured_avg_weight_g)::DOUBLE / sum(t.transferred_count) AS mixed_g,
        sum(t.transferred_count * l.avg_weight_g)::DOUBLE / sum(t.transferred_count) AS true_mixed_g
    FROM fish_moved t
    JOIN stay s ON s.assignment_id = t.dest_assignment_id
    LEFT JOIN daily_truth l
        ON l.assignment_id = t.source_assignment_id AND l.date = t.actual_execution_date - 1
    LEFT JOIN odd_state d ON d.assignment_id = s.assignment_id AND d.date = s.first_day
    GROUP BY s.assignment_id, s.batch_number, s.container, s.first_day
    HAVING sum(t.transferred_count) > 0
),
estimated AS (
    SELECT
        assignment_id, date, known_g, known_before_g, true_g, true_before_g, weight_source = 'measured' AS weighed, error_g
    FROM odd_state
),
state AS (
    SELECT s.batch_number, s.container, e.date, f.what, f.expected, f.found
    FROM estimated e
    LEFT JOIN stay s USING (assignment_id),
    unnest([
        {'what': 'mean weight never falls', 'holds': true_before_g IS NULL OR true_g >= true_before_g,
         'expected': format('at least {} g', true_before_g::VARCHAR), 'found': format('{} g', true_g::VARCHAR)},
        {'what': 'estimate falls only when weighed', 'holds': known_before_g IS NULL OR weighed
            OR known_g >= known_before_g,
         'expected': format('at least {} g', known_before_g::VARCHAR), 'found': format('{} g', known_g::VARCHAR)},
        {'what': 'estimate within bounds of the truth', 'holds': error_g IS NULL
            OR abs(known_g - true_g)::DOUBLE <= error_g,
         'expected': format('{} +- {:.2f} g', true_g::VARCHAR, error_g), 'found': format('{} g', known_g::VARCHAR)}
    ]) AS t (f)
    WHERE (true_g >= coalesce(true_before_g, true_g) AND (weighed OR known_g >= coalesce(known_before_g, known_g))
           AND (error_g IS NULL OR abs(known_g - true_g)::DOUBLE <= error_g)) IS NOT TRUE
      AND f.holds IS NOT TRUE
),
fish AS (
    SELECT
        growth_sample_id, (weight_g * 100)::BIGINT AS w, (length_cm * 100)::BIGINT AS l,
        fish_identifier, weight_g::DOUBLE AS weight_g, length_cm::DOUBLE AS length_cm
    FROM individual_growth_observation
),
recomputed AS (
    SELECT
        growth_sample_id AS id, count(*) AS n, max(fish_identifier) AS last_identifier,
        bit_count(bit_or(1::HUGEINT << (fish_identifier % 127))) AS identifiers,  -- up to 127 tell fish apart
        sum(w) AS w, sum(w * w) AS ww, min(w) AS w_min, max(w) AS w_max, sum(l) AS l, sum(l * l) AS ll,
        avg(100 * weight_g / (length_cm * length_cm * length_cm)) AS k,
        -- K within the rounding of weight and length, 0.005 each
        count_if(100 * (weight_g + 0.005) < 0.8 * (length_cm - 0.005) * (length_cm - 0.005) * (length_cm - 0.005)
                 OR 100 * (weight_g - 0.005) > 1.6 * (length_cm + 0.005) * (length_cm + 0.005) * (length_cm + 0.005))
            AS misshapen
    FROM fish GROUP BY growth_sample_id
),
pooled AS (
    SELECT batch_id, sample_date, sqrt(avg(power(std_deviation_weight::DOUBLE, 2))) AS spread_g
    FROM growth_sample GROUP BY ALL
),
sample AS (
    SELECT
        g.*, s.batch_number, s.container, s.stage, d.avg_weight_g::DOUBLE AS true_g, d.population,
        r.n, r.identifiers, r.last_identifier, r.k, r.misshapen,
        ((2 * r.w + r.n) // (2 * r.n)) / 100.0 AS mean_g, ((2 * r.l + r.n) // (2 * r.n)) / 100.0 AS mean_cm,
        r.w_min / 100.0 AS least_g, r.w_max / 100.0 AS greatest_g,
        sqrt(greatest(r.n * r.ww - r.w * r.w, 0)::DOUBLE / (r.n * greatest(r.n - 1, 1))) / 100 AS sd_g,
        sqrt(greatest(r.n * r.ll - r.l * r.l, 0)::DOUBLE / (r.n * greatest(r.n - 1, 1))) / 100 AS sd_cm,
        p.spread_g / sqrt(g.sample_size) AS error_g
    FROM growth_sample g
    LEFT JOIN pooled p ON p.batch_id = g.batch_id AND p.sample_date = g.sample_date
    LEFT JOIN stay s ON s.assignment_id = g.assignment_id
    LEFT JOIN daily_truth d ON d.assignment_id = g.assignment_id AND d.date = g.sample_date
    LEFT JOIN recomputed r ON r.id = g.id
),
judged AS (
    SELECT
        *,
        n = sample_size AND identifiers = least(n, 127) AND last_identifier = n AS fish_hold,
        sample_size <= population AS size_holds,
        avg_weight_g = mean_g AS mean_g_holds,
        min_weight_g = least_g AND max_weight_g = greatest_g AS range_holds,
        avg_length_cm = mean_cm AS mean_cm_holds,
        abs(std_deviation_weight::DOUBLE - sd_g) <= 0.005001 AS sd_g_holds,
        abs(std_deviation_length::DOUBLE - sd_cm) <= 0.005001 AS sd_cm_holds,
        abs(condition_factor::DOUBLE - k) <= 0.005001 AS k_holds,
        misshapen = 0 AS shape_holds,
        abs(avg_weight_g::DOUBLE - true_g) <= 7 * error_g + 0.01 AS truth_holds
    FROM sample
),
figure AS (
    SELECT batch_number, container, sample_date AS date, f.what, f.expected, f.found
    FROM judged, unnest([
        {'what': 'sample''s fish', 'holds': fish_hold, 'expected': format('{} fish, numbered from 1', sample_size),
         'found': format('{} fish, {} numbers up to {}', n, identifiers, last_identifier)},
        {'what': 'sample no larger than the population', 'holds': size_holds,
         'expected': format('at most {}', population), 'found': sample_size::VARCHAR},
        {'what': 'sample''s mean weight = its fish', 'holds': mean_g_holds,
         'expected': mean_g::VARCHAR, 'found': avg_weight_g::VARCHAR},
        {'what': 'sample''s lightest and heaviest = its fish', 'holds': range_holds,
         'expected': format('{:.2f} to {:.2f}', least_g, greatest_g),
         'found': format('{} to {}', min_weight_g::VARCHAR, max_weight_g::VARCHAR)},
        {'what': 'sample''s mean length = its fish', 'holds': mean_cm_holds,
         'expected': mean_cm::VARCHAR, 'found': avg_length_cm::VARCHAR},
        {'what': 'sample''s spread of weight = its fish', 'holds': sd_g_holds,
         'expected': format('{:.4f}', sd_g), 'found': std_deviation_weight::VARCHAR},
        {'what': 'sample''s spread of length = its fish', 'holds': sd_cm_holds,
         'expected': format('{:.4f}', sd_cm), 'found': std_deviation_length::VARCHAR},
        {'what': 'sample''s condition factor = its fish', 'holds': k_holds,
         'expected': format('{:.4f}', k), 'found': condition_factor::VARCHAR},
        {'what': 'K of every fish', 'holds': shape_holds, 'expected': '0.8 to 1.6',
         'found': format('{} fish beyond', misshapen)},
        {'what': 'sample''s mean within 7 standard errors of the truth', 'holds': truth_holds,
         'expected': format('{:.2f} +- {:.2f} g', true_g, 7 * error_g), 'found':
             format('{} g', avg_weight_g::VARCHAR)}
    ]) AS t (f)
    WHERE (fish_hold AND size_holds AND mean_g_holds AND range_holds AND mean_cm_holds AND sd_g_holds
           AND sd_cm_holds AND k_holds AND shape_holds AND truth_holds) IS NOT TRUE
      AND f.holds IS NOT TRUE
),
bias AS (  -- all samples of a batch's stage together: no leaning to one side
    SELECT
        a.batch_number, a.stage, max(a.sample_date) AS date, count(*) AS samples,
        avg((a.avg_weight_g::DOUBLE - a.true_g) / a.error_g) AS lean,
        avg(0.005 / a.error_g) + 6 * sqrt(
            1 / count(*) + any_value(p.value) * any_value(p.value) * avg(a.sample_size)
            / count(DISTINCT a.assignment_id)
        ) AS most
    FROM sample a
    LEFT JOIN parameter p ON p.name = format('selection_sd_{}', a.stage)
    WHERE a.error_g > 0
    GROUP BY a.batch_number, a.stage
),
examined AS (  -- health samplings, with their fish in hundredths
    SELECT
        sampling_event_id AS id, count(*) AS n, max(fish_identifier) AS last_identifier,
        sum(w) AS w, sum(w * w) AS ww, min(w) AS w_min, max(w) AS w_max,
        sum(l) AS l, sum(l * l) AS ll, min(l) AS l_min, max(l) AS l_max,
        avg(w * 1000000.0 / (l * l * l)) AS k
    FROM (
        SELECT sampling_event_id, fish_identifier, (weight_g * 100)::BIGINT AS w, (length_cm * 100)::BIGINT AS l
        FROM individual_fish_observation
    ) GROUP BY sampling_event_id
),
examination AS (
    SELECT s.batch_number, s.container, e.sampling_date AS date, unnest([
        {'what': 'examined fish', 'expected': e.number_of_fish_sampled::DOUBLE, 'found': r.n::DOUBLE, 'slack': 0.0},
        {'what': 'fish weighed and measured', 'expected': r.n, 'found': e.calculated_sample_size, 'slack': 0.0},
        {'what': 'last of the examined fish', 'expected': r.n, 'found': r.last_identifier, 'slack': 0.0},
        {'what': 'examined fish''s mean weight', 'expected': r.w / (100.0 * r.n), 'found': e.avg_weight_g,
         'slack': 0.005},
        {'what': 'examined fish''s spread of weight',
         'expected': sqrt((r.n * r.ww - r.w * r.w)::DOUBLE / (r.n * greatest(r.n - 1, 1))) / 100,
         'found': e.std_dev_weight_g, 'slack': 0.005},
        {'what': 'lightest of the examined fish', 'expected': r.w_min / 100.0, 'found': e.min_weight_g, 'slack': 0.0},
        {'what': 'heaviest of the examined fish', 'expected': r.w_max / 100.0, 'found': e.max_weight_g, 'slack': 0.0},
        {'what': 'examined fish''s mean length', 'expected': r.l / (100.0 * r.n), 'found': e.avg_length_cm,
         'slack': 0.005},
        {'what': 'examined fish''s spread of length',
         'expected': sqrt((r.n * r.ll - r.l * r.l)::DOUBLE / (r.n * greatest(r.n - 1, 1))) / 100,
         'found': e.std_dev_length_cm, 'slack': 0.005},
        {'what': 'shortest of the examined fish', 'expected': r.l_min / 100.0, 'found': e.min_length_cm, 'slack': 0.0},
        {'what': 'longest of the examined fish', 'expected': r.l_max / 100.0, 'found': e.max_length_cm, 'slack': 0.0},
        {'what': 'examined fish''s K', 'expected': r.k, 'found': e.avg_k_factor, 'slack': 0.00005}
    ]) AS f
    FROM health_sampling_event e
    LEFT JOIN stay s ON s.assignment_id = e.assignment_id
    LEFT JOIN examined r ON r.id = e.id
)
SELECT batch_number, container, date, what, expected, found FROM state
UNION ALL
SELECT batch_number, container, date, 'weight continuous across the move',
    format('{:.3f} to {:.3f} g', true_mixed_g - 0.01, true_mixed_g * 1.10 + 0.02), format('{:.2f} g', true_g)
FROM arrival WHERE (true_g BETWEEN true_mixed_g - 0.01 AND true_mixed_g * 1.10 + 0.02) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, 'estimate continuous across the move',
    format('{:.3f} to {:.3f} g', mixed_g - 0.01, mixed_g * 1.10 + 0.02), format('{:.2f} g', weight_g)
FROM arrival
WHERE weighed IS NOT TRUE AND (weight_g BETWEEN mixed_g - 0.01 AND mixed_g * 1.10 + 0.02) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, what, expected, found FROM figure
UNION ALL
SELECT batch_number, NULL, date, format('samples of stage {} lean to neither side', stage),
    format('within {:.3f} standard errors', most), format('{:.3f} over {} samples', lean, samples)
FROM bias WHERE (abs(lean) <= most) IS NOT TRUE
UNION ALL
SELECT batch_number, container, date, f.what, f.expected::VARCHAR, f.found::VARCHAR
FROM examination WHERE (abs(f.expected - f.found) <= f.slack + 1e-6) IS NOT TRUE
UNION ALL
SELECT s.batch_number, s.container, a.last_weighing_date, 'last weighing = the latest sample',
    max(g.sample_date)::VARCHAR, a.last_weighing_date::VARCHAR
FROM container_assignment a
JOIN stay s ON s.assignment_id = a.id
LEFT JOIN growth_sample g ON g.assignment_id = a.id
GROUP BY a.id, s.batch_number, s.container, a.last_weighing_date
HAVING max(g.sample_date) IS DISTINCT FROM a.last_weighing_date
UNION ALL
-- each count by its own standard error, so that none outweighs the others; and all lice together
SELECT s.batch_number, NULL, max(l.date), format('lice counted, {}: lean to neither side', l.stage),
    format('within {:.3f} standard errors', 6 / sqrt(count(*))),
    format('{:.3f} over {} counts', avg((l.counted - l.expected) / sqrt(l.variance)), count(*))
FROM lice_sample l LEFT JOIN stay s USING (assignment_id)
WHERE l.expected >= 0.5
GROUP BY GROUPING SETS ((s.batch_number, l.stage), (l.stage))
HAVING count(*) >= 30 AND (abs(avg((l.counted - l.expected) / sqrt(l.variance))) <= 6 / sqrt(count(*))) IS NOT TRUE
UNION ALL
SELECT NULL, NULL, NULL, format('lice counted, {}: as many as there were', stage),
    format('{:.0f} +- {:.0f}', sum(expected), 6 * sqrt(sum(variance))), sum(counted)::VARCHAR
FROM lice_sample GROUP BY stage
HAVING (abs(sum(counted) - sum(expected)) <= 6 * sqrt(sum(variance))) IS NOT TRUE
ORDER BY ALL
