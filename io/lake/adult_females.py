"""Adult female salmon lice as they were counted: what limits, treatments and comparisons go by, in one query."""

ADULT_FEMALES = """
SELECT c.batch_id, c.assignment_id,
    DATE '1970-01-01' + (epoch_us(c.count_date) // 86400000000)::INTEGER AS day,  -- cheaper than a cast
    max(c.fish_sampled)::BIGINT AS fish,
    coalesce(sum(c.count_value) FILTER (t.species = 'Lepeophtheirus salmonis' AND t.gender = 'female'
        AND t.development_stage = 'adult'), 0)::BIGINT AS females
FROM lice_count c JOIN lice_type t ON t.id = c.lice_type_id
GROUP BY ALL
"""
"""A row a stay and day of counting: fish examined, and adult females of Lepeophtheirus salmonis on all of them."""
