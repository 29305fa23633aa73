from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import clock, supply
from ..engine import followup as engine

COLUMNS = (
    "key", "partner_id", "company_id", "rule_id", "kind", "user_id", "order_id", "product_id", "offer_id", "interest_id",
    "visit_number", "purchase_date", "wanted_date", "due_date", "is_marketing")
MOST_REHEARSED = 20000  # customers; a preview is no report


class ConveyorFollowup(models.Model):
    """Read in batch → plain data → ``engine.followup`` → one write."""

    _inherit = "conveyor.followup"

    @api.model
    def _plan(self, partner_ids, today=None, companies=None):
        """Bring the follow-ups of these customers in step with the facts.

        :param partner_ids: commercial partners
        :param companies: None for all
        """
        self.env["conveyor.interest"]._close_bought(partner_ids)
        for company in companies or self.env["res.company"].sudo().search([]):  # whoever has sold, in whichever company
            rules = self.env["conveyor.followup.rule"]._of_company(company)
            if rules and partner_ids:
                self._plan_company(company, rules, list(partner_ids), today or self._today(company))

    @api.model
    def _today(self, company):
        return clock.local_day(fields.Datetime.now(), company._conveyor_tz())

    @api.model
    def _plan_company(self, company, rules, partner_ids, today):
        rows = self.sudo()  # facts of what was bought, whoever has sold it
        standing = rows._standing(company, partner_ids)
        clients = rows._clients(company, partner_ids, standing)
        plain = rules._plain()
        wanted = {}
        for partner_id, client in clients.items():
            for one in engine.plan(plain, client, today):
                wanted[f"{company.id}:{partner_id}:{one.key}"] = (partner_id, one)
        rows._keep_in_step(standing, wanted, rules)
        rows._insert(company, {key: pair for key, pair in wanted.items() if key not in standing and not pair[1].why})

    @api.model
    def _standing(self, company, partner_ids):
        """``{key: follow-up}`` of these customers in the company.

        After a merge of customers a key still names the one who is gone: it
        is told anew by whose it is now.
        """
        found = self.search([("company_id", "=", company.id), ("partner_id.commercial_partner_id", "in", partner_ids)], order="id")
        return {f"{company.id}:{one.partner_id.commercial_partner_id.id}:{one.key.split(':', 2)[2]}": one for one in found}

    # ------------------------------------------------------------ facts
    @api.model
    def _clients(self, company, partner_ids, standing):
        """``{commercial partner id: engine.followup.Client}``"""
        purchases, reviews = self._purchases(company, partner_ids), self._reviews(company, partner_ids)
        interests, visits = self._interests(partner_ids), self._visits(company, partner_ids)
        past, dropped = defaultdict(list), defaultdict(set)
        for key, one in standing.items():
            if one.state == "dropped":
                dropped[one.partner_id.commercial_partner_id.id].add(key.split(":", 2)[2])
            elif one.state in ("asked", "done"):
                past[one.partner_id.commercial_partner_id.id].append(engine.Past(
                    one.rule_id.id, one.kind, one.asked_date or one.due_date, key.split(":", 2)[2], one.is_marketing, one.interest_id.id or None))
        return {partner_id: engine.Client(
            tuple(purchases[partner_id]), tuple(reviews[partner_id]), tuple(interests[partner_id]), tuple(visits[partner_id]),
            tuple(past[partner_id]), frozenset(dropped[partner_id])) for partner_id in partner_ids}

    @api.model
    def _purchases(self, company, partner_ids):
        self.env.flush_all()
        found = defaultdict(list)
        for partner_id, day, product_id, quantity, order_id in self.env.execute_query(SQL(
                """SELECT partner_id, day, product_id, quantity, order_id FROM (
                       SELECT partner_id, day, product_id, quantity, order_id FROM (%s) b UNION ALL %s) l
                    WHERE product_id IS NOT NULL ORDER BY partner_id, day, order_id""",
                self.env["conveyor.purchase"]._lines_sql(partner_ids, company), self._returns_sql(company, partner_ids))):
            found[partner_id].append(supply.Purchase(day, product_id, float(quantity or 0), order_id))
        return found

    @api.model
    def _returns_sql(self, company, partner_ids):
        """What posted credit notes took back, as negative lines: of the order that
        they are linked to, else of whatever was bought before."""
        return SQL(
            """SELECT p.commercial_partner_id AS partner_id, (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day,
                      l.product_id, -i.quantity * COALESCE(iu.factor / NULLIF(lu.factor, 0), 1) AS quantity, o.id AS order_id
                 FROM account_move m JOIN account_move_line i ON i.move_id = m.id
                 JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id JOIN sale_order_line l ON l.id = r.order_line_id
                 JOIN sale_order o ON o.id = l.order_id JOIN res_partner p ON p.id = o.partner_id
                 LEFT JOIN uom_uom iu ON iu.id = i.product_uom_id LEFT JOIN uom_uom lu ON lu.id = l.product_uom_id
                WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND m.company_id = %(company)s
                  AND p.commercial_partner_id = ANY(%(partners)s)
                UNION ALL
               SELECT m.commercial_partner_id, m.invoice_date, i.product_id, -i.quantity, NULL
                 FROM account_move m JOIN account_move_line i ON i.move_id = m.id AND i.display_type = 'product'
                WHERE m.move_type = 'out_refund' AND m.state = 'posted' AND m.company_id = %(company)s
                  AND m.commercial_partner_id = ANY(%(partners)s)
                  AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel r WHERE r.invoice_line_id = i.id)""",
            tz=company._conveyor_tz(), company=company.id, partners=partner_ids)

    @api.model
    def _reviews(self, company, partner_ids):
        """Answers about orders that the customers gave themselves, in the company's days."""
        found = defaultdict(list)
        for partner_id, day, rating, order_id in self.env.execute_query(SQL(
                """SELECT p.commercial_partner_id, (r.conveyor_answered AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date, r.conveyor_stars, o.id
                     FROM rating_rating r JOIN sale_order o ON o.id = r.conveyor_order_id JOIN res_partner p ON p.id = o.partner_id
                    WHERE r.conveyor_stars > 0 AND o.company_id = %(company)s
                      AND p.commercial_partner_id = ANY(%(partners)s) ORDER BY r.id""",
                tz=company._conveyor_tz(), company=company.id, partners=partner_ids)):
            found[partner_id].append(engine.Review(day, rating, order_id))
        return found

    @api.model
    def _interests(self, partner_ids):
        found = defaultdict(list)
        for one in self.env["conveyor.interest"].sudo().search([  # what he wants, whoever has noted it
                ("partner_id.commercial_partner_id", "in", partner_ids), ("state", "=", "open")]):
            found[one.partner_id.commercial_partner_id.id].append(engine.Interest(one.id, one.product_id.id or None))
        return found

    @api.model
    def _visits(self, company, partner_ids):
        """Booked visits, where they are kept, and whether their own reminder speaks of them;
        who has not booked is asked about it by the visit."""
        found = defaultdict(list)
        if "conveyor.visit" in self.env:
            visits = self.env["conveyor.visit"].sudo()  # of the customer, whoever books them
            for one in visits.search([
                    ("partner_id.commercial_partner_id", "in", partner_ids), ("state", "=", "booked"), ("company_id", "=", company.id)]):
                found[one.partner_id.commercial_partner_id.id].append(
                    engine.Visit(one.id, one.date, one.product_id.id or None, one._is_reminded()))
        return found

    # ------------------------------------------------------------ writing
    @api.model
    def _keep_in_step(self, standing, wanted, rules):
        """What is planned follows the facts; what a manager has switched off is his affair."""
        off = defaultdict(self.browse)
        for key, one in standing.items():
            if one.state != "planned" or one.rule_id not in rules:
                continue
            new = wanted[key][1] if key in wanted else None
            if new is None or new.why:
                off[new.why if new else "gone"] |= one
            else:
                one._move_to(new)
        for why, group in off.items():
            group._drop(why)

    def _move_to(self, new):
        """Its day, and what is offered, as they are now."""
        values = {
            "due_date": max(new.due, self.not_before or new.due), "wanted_date": new.wanted, "offer_id": new.offer or False,
            "interest_id": new.interest or False}
        changed = {name: value for name, value in values.items() if (
            self[name].id or False if name.endswith("_id") else self[name]) != value}
        if changed:
            self.write(changed)

    @api.model
    def _insert(self, company, wanted):
        """New ones in one statement; the key keeps out what another host was quicker with."""
        if not wanted:
            return
        people = self._people(wanted)
        rows = [(
            key, people[key][0], company.id, one.rule, one.kind, people[key][1], one.order, one.product, one.offer, one.interest,
            one.visit or 0, one.day, one.wanted, one.due, one.is_marketing, "planned", self.env.uid, self.env.uid, fields.Datetime.now(),
            fields.Datetime.now()) for key, (_partner_id, one) in wanted.items()]
        self.flush_model()
        self.env.cr.execute(SQL(
            "INSERT INTO conveyor_followup (%s, state, create_uid, write_uid, create_date, write_date) VALUES %s ON CONFLICT DO NOTHING",
            SQL(", ").join(map(SQL.identifier, COLUMNS)), SQL(", ").join(SQL("%s", row) for row in rows)))
        self.invalidate_model(flush=False)

    @api.model
    def _people(self, wanted):
        """``{key: (id of who is written to, id of whose customer he is)}``: whoever
        ordered, else the customer himself."""
        orders = self.env["sale.order"].browse({one.order for _partner_id, one in wanted.values()} - {None})
        by_id = {order.id: order for order in orders.exists()}
        found = {}
        for key, (partner_id, one) in wanted.items():
            order = by_id.get(one.order, orders.browse())
            partner = order.partner_id if order.partner_id.active else self.env["res.partner"].browse(partner_id)
            found[key] = (partner.id, (order.user_id or partner.user_id or partner.commercial_partner_id.user_id).id or None)
        return found

    # ------------------------------------------------------------ rehearsal
    @api.model
    def _rehearse(self, rule, since, today):
        """What the rule would make of all purchases since then. Writes nothing.

        :return: list of (commercial partner id, engine.followup.Followup)
        """
        made = []
        companies = rule.company_id or self.env["res.company"].sudo().search([("id", "in", self.env.companies.ids)])
        for company in companies:
            self.env.flush_all()
            partner_ids = [partner_id for partner_id, in self.env.execute_query(SQL(
                "SELECT DISTINCT partner_id FROM (%s) d WHERE day >= %s LIMIT %s",
                self.env["conveyor.purchase"]._days_sql(None, company), since - timedelta(rule.delay), MOST_REHEARSED))]
            plain = rule._plain(since - timedelta(rule.delay))
            for partner_id, client in self.sudo()._clients(company, partner_ids, {}).items():  # a count, whoever's customers
                made += [(partner_id, one) for one in engine.plan(plain, client, today) if one.why in ("", "late") and one.wanted >= since]
        return made
