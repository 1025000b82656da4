-- Per feed container, batch and feed: purchased = fed + closing stock, and that is what lies in store; stock never below
-- zero, nor in the evening above what the store holds, but for a bag cut open; nothing fed before it was delivered; a feeding's cost is that of the lots it drew, first in first out; the feed fits the fish; a meal's time is on its day.
-- Feed in 0.0001 kg, prices in cents, so that every sum is a whole number. A day's meals from one lot cost its price in
-- whatever order they were eaten: what a meal cost allows prices from the lowest to the highest, and those of all meals hold
-- the lot's. Only days in_doubt are followed meal by meal.
WITH in_use AS (  -- stores of the places in which a batch lives at the as-of date
    SELECT DISTINCT a.batch_id, k.id AS feed_container_id
    FROM container_assignment a
    JOIN container c ON c.id = a.container_id
    JOIN feed_container k ON k.hall_id = c.hall_id OR k.area_id = c.area_id
    WHERE a.is_active
),
lot AS (
    SELECT
        *, (sum(units) OVER w)::BIGINT AS upto, (sum(units) OVER w)::BIGINT - units AS begins,
        sum(units * cents) OVER w - units * cents AS value_before  -- of the lots before, 0.0001 cents
    FROM (
        SELECT
            id, batch_id, feed_id, feed_container_id, purchase_date, (quantity_kg * 10000)::BIGINT AS units,
            (cost_per_kg * 100)::BIGINT AS cents, (closing_kg * 10000)::BIGINT AS closing
        FROM feed_purchase
    )
    WINDOW w AS (PARTITION BY feed_container_id, batch_id, feed_id ORDER BY purchase_date,
        id ROWS UNBOUNDED PRECEDING)
),
fed_day AS (
    SELECT
        feed_container_id, batch_id, feed_id, feeding_date, sum(units)::BIGINT AS units,
        max((cents * 10000 - 5000 + units - 1) // units) FILTER (units > 0) AS lowest,  -- rounded up, or to 0 below it
        min((cents * 10000 + 4999) // units) FILTER (units > 0) AS highest,
        count_if((units > 0 AND cents >= 0) IS NOT TRUE) AS strange
    FROM (
        SELECT
            feed_container_id, batch_id, feed_id, feeding_date, (amount_kg * 10000)::BIGINT AS units,
            (feed_cost * 100)::BIGINT AS cents
        FROM feeding_event
    ) GROUP BY ALL
),
upto_day AS (
    SELECT
        *, sum(units) OVER (
            PARTITION BY feed_container_id, batch_id, feed_id ORDER BY feeding_date ROWS UNBOUNDED PRECEDING
        )::BIGINT AS upto
    FROM fed_day
),
in_doubt AS (
    SELECT d.feed_container_id, d.batch_id, d.feed_id, d.feeding_date, d.upto - d.units AS begins
    FROM upto_day d
    ASOF LEFT JOIN lot l
        ON l.feed_container_id = d.feed_container_id AND l.batch_id = d.batch_id AND l.feed_id = d.feed_id
        AND d.upto > l.begins
    WHERE (d.strange = 0 AND d.upto - d.units >= l.begins AND d.upto <= l.upto AND l.purchase_date <= d.feeding_date
        AND l.cents BETWEEN d.lowest AND d.highest) IS NOT TRUE
),
meal AS (
    SELECT
        *, begins + sum(units) OVER (
            PARTITION BY feed_container_id, batch_id, feed_id, feeding_date ORDER BY feeding_time, assignment_id
            ROWS UNBOUNDED PRECEDING
        )::BIGINT AS upto
    FROM (
        SELECT
            e.batch_id, e.feed_id, e.feed_container_id, e.batch_assignment_id AS assignment_id, e.feeding_date, e.feeding_time,
            (e.amount_kg * 10000)::BIGINT AS units, (e.feed_cost * 100)::BIGINT AS cents, i.begins
        FROM feeding_event e JOIN in_doubt i
            ON e.feed_container_id IS NOT DISTINCT FROM i.feed_container_id AND e.batch_id IS NOT DISTINCT FROM i.batch_id
            AND e.feed_id IS NOT DISTINCT FROM i.feed_id AND e.feeding_date IS NOT DISTINCT FROM i.feeding_date
    )
),
drawn AS (  -- the lot in which each meal ends
    SELECT m.* EXCLUDE (begins), l.purchase_date, l.begins, l.upto AS lot_upto, l.id AS lot_id, l.cents AS price, l.value_before
    FROM meal m
    ASOF LEFT JOIN lot l
        ON l.feed_container_id = m.feed_container_id AND l.batch_id = m.batch_id AND l.feed_id = m.feed_id
        AND m.upto > l.begins
),
across AS (  -- a meal that began in an earlier lot: what all feed up to its end is worth, less that up to its begin
    SELECT
        d.* EXCLUDE (value_before, begins, price),
        d.value_before + (d.upto - d.begins) * d.price
            - (l.value_before + (d.upto - d.units - l.begins) * l.cents) AS value
    FROM drawn d
    ASOF LEFT JOIN lot l
        ON l.feed_container_id = d.feed_container_id AND l.batch_id = d.batch_id AND l.feed_id = d.feed_id
        AND d.upto - d.units >= l.begins
    WHERE d.upto - d.units < d.begins
),
priced AS (
    SELECT batch_id, assignment_id, feed_container_id, feeding_date, feeding_time, cents, (value + 5000) // 10000 AS due
    FROM across
    UNION ALL
    SELECT batch_id, assignment_id, feed_container_id, feeding_date, feeding_time, cents, (units * price + 5000) // 10000
    FROM drawn WHERE (upto - units < begins) IS NOT TRUE
),
fed AS (SELECT feed_container_id, batch_id, feed_id, sum(units) AS units FROM fed_day GROUP BY ALL),
balance AS (
    SELECT
        coalesce(l.feed_container_id, f.feed_container_id) AS feed_container_id, coalesce(l.batch_id,
            f.batch_id) AS batch_id,
        coalesce(l.feed_id, f.feed_id) AS feed_id, coalesce(l.bought, 0) AS bought, coalesce(l.closing, 0) AS closing,
        coalesce(f.units, 0) AS fed
    FROM (SELECT feed_container_id, batch_id, feed_id, sum(units) AS bought, sum(closing) AS closing
    FROM lot GROUP BY ALL) l
    FULL JOIN fed f
        ON f.feed_container_id = l.feed_container_id AND f.batch_id = l.batch_id AND f.feed_id = l.feed_id
),
rest AS (  -- what first in first out leaves of each lot
    SELECT l.*, l.units - greatest(0, least(l.units, coalesce(f.units, 0) - l.begins)) AS due
    FROM lot l
    LEFT JOIN fed f ON f.feed_container_id = l.feed_container_id AND f.batch_id = l.batch_id AND f.feed_id = l.feed_id
),
evening AS (  -- what a store holds of a batch's feed after each day's meals
    SELECT feed_container_id, batch_id, day, sum(sum(units)) OVER (PARTITION BY feed_container_id, batch_id ORDER BY day)
        AS units
    FROM (
        SELECT feed_container_id, batch_id, purchase_date AS day, units FROM lot
        UNION ALL SELECT feed_container_id, batch_id, feeding_date, -units FROM fed_day
    )
    GROUP BY feed_container_id, batch_id, day
),
offence AS (
    SELECT batch_id, NULL::BIGINT AS assignment_id, feed_container_id, NULL::DATE AS date,
           format('purchased = fed + closing stock, feed {}', feed_id) AS what,
           format('{:.4f} kg', bought / 10000.0) AS expected,
               format('{:.4f} + {:.4f} kg', fed / 10000.0, closing / 10000.0) AS found
    FROM balance WHERE bought <> fed + closing
    UNION ALL
    SELECT batch_id, NULL, feed_container_id, purchase_date, format('closing stock of lot {}', id),
        format('{:.4f} kg', due / 10000.0), format('{:.4f} kg', closing / 10000.0)
    FROM rest WHERE due <> closing
    UNION ALL
    SELECT batch_id, NULL, feed_container_id, purchase_date, format('lot {} has an amount and a price', id),
        'above 0', format('{:.2f} kg at {:.2f}', units / 10000.0, cents / 100.0)
    FROM lot WHERE units <= 0 OR cents <= 0
    UNION ALL
    SELECT coalesce(p.batch_id, s.batch_id), NULL, coalesce(p.feed_container_id, s.feed_container_id),
        coalesce(p.purchase_date, s.entry_date::DATE),
        format('stock of lot {} is what is left of it', coalesce(p.id, s.feed_purchase_id)),
        format('{} kg of {}', round(p.closing_kg, 2)::VARCHAR, p.purchase_date),
        format('{} kg of {}', s.quantity_kg::VARCHAR, s.entry_date::DATE)
    FROM (SELECT p.*, i.batch_id IS NOT NULL AS in_use FROM feed_purchase p LEFT JOIN in_use i USING (batch_id, feed_container_id)) p
    FULL JOIN feed_container_stock s ON s.feed_purchase_id = p.id
    WHERE CASE WHEN s.feed_purchase_id IS NULL THEN p.in_use AND round(p.closing_kg, 2) <> 0
          WHEN NOT p.in_use THEN TRUE  -- what a batch left behind is written off
          ELSE (s.quantity_kg = round(p.closing_kg, 2) AND s.quantity_kg > 0 AND s.batch_id = p.batch_id
                AND s.feed_container_id = p.feed_container_id AND s.entry_date::DATE = p.purchase_date) IS NOT TRUE END
    UNION ALL
    SELECT e.batch_id, NULL, e.feed_container_id, e.day, 'no more in store than it holds',
        format('{} kg and a bag', k.capacity_kg::VARCHAR), format('{:.4f} kg', e.units / 10000.0)
    FROM evening e JOIN feed_container k ON k.id = e.feed_container_id
    WHERE e.units > (k.capacity_kg + (SELECT value FROM parameter WHERE name = 'bag_kg')) * 10000
    UNION ALL
    SELECT batch_id, assignment_id, feed_container_id, feeding_date, 'stock below zero', 'feed in stock',
           format('{:.4f} kg more fed than bought', (upto - coalesce(lot_upto, 0)) / 10000.0)
    FROM drawn WHERE lot_upto IS NULL OR upto > lot_upto
    UNION ALL
    SELECT batch_id, assignment_id, feed_container_id, feeding_date, 'fed after it was delivered',
        format('lot {} delivered {}', lot_id, purchase_date), format('fed {}', feeding_date)
    FROM drawn WHERE purchase_date > feeding_date
    UNION ALL
    SELECT batch_id, assignment_id, feed_container_id, feeding_date,
        format('cost at {}, first in first out', strftime(feeding_time, '%H:%M')),
           format('{:.2f}', due / 100.0), format('{:.2f}', cents / 100.0)
    FROM priced WHERE due IS DISTINCT FROM cents
    UNION ALL
    SELECT e.batch_id, e.batch_assignment_id, e.feed_container_id, e.feeding_date,
        'feed fits the fish: ' || coalesce(f.name, '?'),
           format('{} to {} g', f.min_fish_weight_g::VARCHAR, f.max_fish_weight_g::VARCHAR),
               format('{} g', d.avg_weight_g::VARCHAR)
    FROM (  -- of a day's meals that follow each other the first
        SELECT
            batch_id, batch_assignment_id, feed_container_id, feeding_date, feed_id,
            lag(batch_assignment_id) OVER () AS assignment_before, lag(feeding_date) OVER () AS date_before,
            lag(feed_id) OVER () AS feed_before
        FROM feeding_event
    ) e
    LEFT JOIN feed f ON f.id = e.feed_id
    LEFT JOIN daily_state d ON d.assignment_id = e.batch_assignment_id AND d.date = e.feeding_date
    WHERE (e.batch_assignment_id = e.assignment_before AND e.feeding_date = e.date_before
            AND e.feed_id = e.feed_before) IS NOT TRUE
        AND (d.avg_weight_g >= f.min_fish_weight_g AND d.avg_weight_g < f.max_fish_weight_g) IS NOT TRUE
    UNION ALL
    SELECT batch_id, batch_assignment_id, feed_container_id, feeding_date, 'fed at a time of its day',
        feeding_date::VARCHAR, feeding_time::VARCHAR
    FROM feeding_event
    WHERE (epoch_us(feeding_time) // 86400000000 = feeding_date - DATE '1970-01-01') IS NOT TRUE  -- cheaper than a cast
        AND (feeding_time::DATE = feeding_date) IS NOT TRUE
    UNION ALL
    -- amount / biomass x 100, to six places: half a millionth of a per cent
    SELECT batch_id, batch_assignment_id, feed_container_id, feeding_date,
        'feeding percentage = amount / biomass x 100',
           format('{:.6f}', amount_kg::DOUBLE / batch_biomass_kg::DOUBLE * 100), feeding_percentage::VARCHAR
    FROM feeding_event
    WHERE (CASE WHEN batch_biomass_kg > 0
                THEN abs(amount_kg::DOUBLE / batch_biomass_kg::DOUBLE * 100 - feeding_percentage::DOUBLE) <= 0.00000051
                ELSE feeding_percentage IS NULL END) IS NOT TRUE
)
SELECT b.batch_number, coalesce(s.container, k.name) AS container, o.date, o.what, o.expected, o.found
FROM offence o
LEFT JOIN batch b ON b.id = o.batch_id
LEFT JOIN stay s ON s.assignment_id = o.assignment_id
LEFT JOIN feed_container k ON k.id = o.feed_container_id
ORDER BY ALL
