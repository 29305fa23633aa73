"""Rows of rhythm as the computation would have left them."""

from datetime import timedelta

from odoo import fields


class RhythmRows:
    """For cases that look at rows, not at how they are computed."""

    def rhythm(self, partner, status="late", silent=21, gap=10, count=14, average=200, **values):
        """A customer who buys every 10 days and has been silent for 21, or as one says."""
        last = fields.Date.today() - timedelta(days=silent)
        day = lambda gaps: last + timedelta(days=round(gap * gaps))  # noqa: E731
        company = self.env["res.company"].browse(values.pop("company_id", self.env.company.id))
        rows = self.env["conveyor.rhythm"].sudo()
        rows.search([("partner_id", "=", partner.id), ("company_id", "=", company.id)]).unlink()
        return rows.create({
            "partner_id": partner.id, "company_id": company.id, "currency_id": company.currency_id.id, "status": status,
            "status_date": fields.Date.today(), "purchase_count": count, "first_date": day(1 - count), "last_date": last,
            "usual_gap": gap, "gap_low": gap * .6, "gap_high": gap * 1.5, "shape": 3, "expected_date": day(1), "act_date": day(1.6),
            "sleeping_date": day(2.6), "lost_date": day(4.6), "basis": "own" if count > 3 else "blended",
            "revenue_total": average * count, "revenue_average": average, "bought_date": day(1 - count), **values})

    def change(self, partner, date, to_status, **values):
        return self.env["conveyor.rhythm.change"].sudo().create({
            "partner_id": partner.id, "company_id": self.env.company.id, "date": date, "from_status": "steady",
            "to_status": to_status, **values})
