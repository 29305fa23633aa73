"""What customers have answered so far is told from what colleagues wrote: their answers were recorded as touches."""


def migrate(cr, version):
    cr.execute("""
        UPDATE rating_rating r SET conveyor_order_id = o.id FROM sale_order o
         WHERE r.res_model = 'sale.order' AND r.res_id = o.id AND (NOT COALESCE(r.consumed, FALSE) OR EXISTS (
               SELECT FROM conveyor_touch t WHERE t.event_key = 'rating-' || r.id))""")
    cr.execute("""
        UPDATE rating_rating SET conveyor_stars = rating, conveyor_answered = COALESCE(rated_on, write_date)
         WHERE conveyor_order_id IS NOT NULL AND consumed AND rating > 0""")
