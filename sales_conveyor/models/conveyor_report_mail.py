from urllib.parse import urlencode

from odoo import api, models
from odoo.tools import format_amount, format_date

URL_IDS = ("team_ids", "user_ids", "source_ids", "campaign_ids")


class ConveyorReportLog(models.Model):
    """The mail itself: the dashboard's first paint in words and figures, and the file or a link to it."""

    _inherit = "conveyor.report.log"

    def _mail_values(self, report, workbook):
        """Values of the ``mail.mail``.

        :param report: the set, as its recipient
        :param workbook: the one whose file is ``attachment_id``
        """
        env, user = report.env, self.user_id
        period = self._period_in_words(env, workbook)
        body = env["ir.qweb"]._render("sales_conveyor.report_mail", {
            **self._figures(env, workbook), "title": workbook.name, "period": period, "company": env.company.name,
            "made_for": env._("Made for %(reader)s, of what he may see. %(owner)s set it up under Reporting / Conveyor / Report Sets.",
                              reader=user.name, owner=self.owner_id.name),
            "dashboard_url": self._dashboard_url(workbook), "is_test": self.kind == "test", "is_link": self.is_link,
            "file_url": f"{self.get_base_url()}/web/content/{self.attachment_id.id}?download=true", "file_name": self.attachment_id.name,
        }, lang=env.lang)
        return {
            "subject": env._("%(name)s: %(period)s", name=workbook.name, period=period), "body_html": body, "email_from": self._sender(),
            "author_id": self.owner_id.partner_id.id, "recipient_ids": [(4, user.partner_id.id)], "auto_delete": False, "is_notification": False,
            "attachment_ids": [] if self.is_link else [(4, self.attachment_id.id)],
            "headers": repr({"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}),
        }

    def _sender(self):
        return self.company_id.email_formatted or self.owner_id.email_formatted

    @api.model
    def _period_in_words(self, env, workbook):
        first, last = workbook.date_from, workbook.date_to
        if not first:
            return env._("all the time")
        if first == last:
            return format_date(env, first)
        return env._("%(first)s – %(last)s", first=format_date(env, first), last=format_date(env, last))

    def _dashboard_url(self, workbook):
        """Where the dashboard shows the same: days, not the shortcut, which goes on with the time."""
        query = {"period": "custom", "date_from": workbook.date_from, "date_to": workbook.date_to} if workbook.date_from else {"period": "all_time"}
        filters = workbook._choice_filters()
        query |= {name: "-".join(map(str, filters[name])) for name in URL_IDS if filters[name]}
        query |= {"sale_kind": workbook.sale_kind} if workbook.sale_kind else {}
        return f"{self.get_base_url()}/odoo/conveyor?{urlencode(query)}"

    # ------------------------------------------------------------ the dashboard's first paint
    @api.model
    def _figures(self, env, workbook):
        """What the dashboard says of these filters to this reader, as texts."""
        dashboard = workbook._in_companies().env["conveyor.dashboard"]
        scope = dashboard._scope(workbook._filters())
        before = dashboard._scope_before(scope)
        lists = dashboard._lists(scope)
        return {
            "tiles": [self._tile(env, table, row) for table in dashboard._top_tables(scope, before) for row in table.rows],
            "sentence": dashboard._belt_found(scope)["sentence"], "burned": dashboard._burned_sentence(scope), "week": lists["week"],
            "lists": [self._names(env, one) for one in lists["lists"]],
        }

    @api.model
    def _tile(self, env, table, row):
        write = lambda key: env["conveyor.table.text"]._cell(table, row, table.column(key))  # noqa: E731
        change = row.cells["change"]
        return {
            "key": row.key, "label": row.cells["figure"], "value": write("value"), "note": row.note,
            "before": write("before") if row.cells["before"] is not None else "", "change": write("change") if change is not None else "",
            "sign": "▲" if change and change > 0 else "▼" if change and change < 0 else "",
            "colour": "#1f7a3d" if change and change > 0 else "#b3261e" if change and change < 0 else "#666666",
        }

    @api.model
    def _names(self, env, one):
        currency = env["res.currency"].browse(one["currency"]["id"])
        items = [{**item, "money": format_amount(env, round(item["money"]), currency, trailing_zeroes=False) if item["money"] else ""}
                 for item in one["items"]]
        more = one["count"] - len(items)
        return {**one, "items": items, "more": env._("and %(count)s more", count=more) if more > 0 else ""}
