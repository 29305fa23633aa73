import random
from datetime import timedelta

from odoo import Command, api, fields, models

from . import story


class ConveyorDemo(models.AbstractModel):
    """Writes the story of the demo company through the doors that everybody
    uses; called once, by the demo data."""

    _name = "conveyor.demo"
    _description = "Demo Story"

    @api.model
    def _build(self):
        demo = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True, lang="en_US")
        demo._load_translations()
        demo._apply_set()
        sections = demo._sections()
        deals = story.deals()
        leads = demo._make_leads(deals, sections, demo._make_customers(deals))
        demo._make_transitions(deals, leads, sections)
        demo._make_work(deals, leads, sections)
        demo._make_orders(deals, leads)
        demo._switch_on()
        demo._make_past_touches(deals, leads)
        demo._lead_through(deals, leads)
        demo._make_regulars(deals, leads)
        demo._make_spend()
        demo._make_today(deals, leads)
        demo._make_processes(sections)
        demo._make_counters()
        demo._look_back()

    @api.model
    def _remove(self):
        """Take the story out again, as far as nobody has gone on with it:
        what the demo data made by name is removed by Odoo itself."""
        if not self.env.ref("sales_conveyor.demo_team", raise_if_not_found=False):
            return
        self._remove_processes()
        self._remove_spend()
        self._remove_regulars()
        self._remove_touches()
        self._named("counter", "conveyor.counter").unlink()
        self._named("open_days", "resource.calendar").unlink()
        orders = self._named("order", "sale.order")
        orders._action_cancel()
        orders.unlink()
        self._named("lead", "crm.lead").with_context(active_test=False).unlink()
        for application in self._named("application", "conveyor.trade.application"):
            application.action_undo()

    def _set_names(self, kind, records):
        """External ids, so that the records go with the module."""
        self.env["ir.model.data"]._update_xmlids([
            {"xml_id": f"sales_conveyor.demo_{kind}_{number}", "record": record, "noupdate": True}
            for number, record in enumerate(records, 1)])

    def _named(self, kind, model):
        names = self.env["ir.model.data"].search([
            ("module", "=", "sales_conveyor"), ("model", "=", model), ("name", "=like", f"demo_{kind}_%")])
        return self.env[model].browse(names.mapped("res_id")).exists()

    def _demo(self, name):
        return self.env.ref(f"sales_conveyor.demo_{name}")

    def _moment(self, day, rng, minute=0):
        """A working hour so many days ago, UTC."""
        start = fields.Datetime.now().replace(hour=0, minute=0, second=0) - timedelta(days=day)
        moment = start + timedelta(minutes=rng.randint(8 * 60, 14 * 60) + minute)
        return min(moment, fields.Datetime.now() - timedelta(minutes=5))

    # ------------------------------------------------------------ the pipeline
    def _load_translations(self):
        """Odoo reads them after the demo data; the sections of the set are to have them."""
        self.env.flush_all()
        self.env.ref("base.module_sales_conveyor")._update_translations()
        self.env.invalidate_all()

    def _apply_set(self):
        trade_set = self.env.ref("sales_conveyor.trade_set_general")
        everybody = self.env["crm.team"]
        self._set_names("application", self.env["conveyor.trade.application"]._apply(
            trade_set, everybody, trade_set.section_ids, trade_set._propose(everybody, trade_set.section_ids)))

    def _sections(self):
        """``{name in the story: stage}``."""
        Stage = self.env["crm.stage"]
        names = [name for name in (*story.SECTIONS, *story.ACCOUNT) if name != "won"]
        sections = {
            name: Stage.search([("trade_section_id", "=", self.env.ref(
                f"sales_conveyor.trade_section_general_{name}").id)], limit=1) for name in names}
        return {**sections, "won": Stage.search([("is_won", "=", True)], order="sequence, id", limit=1)}

    # ------------------------------------------------------------ the leads
    def _make_customers(self, deals):
        partners = self.env["res.partner"].create([{
            "name": name, "email": f"{name.split()[0].lower()}.{number}@example.com",
            "phone": f"+359 88 555 {number:04d}", "is_company": number > 25,
            "street": f"{story.STREETS[number % len(story.STREETS)]} {number + 3}", "city": "Sofia", "zip": f"1{number:03d}",
            "country_id": self.env.ref("base.bg").id,
        } for number, name in enumerate(story.CUSTOMERS)])
        self._set_names("customer", partners)
        return dict(zip(story.CUSTOMERS, partners))

    def _make_leads(self, deals, sections, customers):
        leads = self.env["crm.lead"].create([
            self._prepare_lead(deal, sections[deal.section], customers[deal.customer]) for deal in deals])
        for deal, lead in zip(deals, leads):
            created = self._moment(deal.steps[0][1], random.Random(lead.name + deal.customer))
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s, date_open = %s WHERE id = %s", (created, created, lead.id))
        leads.invalidate_recordset()
        self._set_names("lead", leads)
        return leads

    def _prepare_lead(self, deal, stage, customer):
        vals = {
            "name": deal.name, "type": "opportunity", "partner_id": customer.id, "stage_id": stage.id,
            "team_id": self._demo("team").id, "user_id": self._demo(f"user_{deal.seller}").id,
            "source_id": self._demo(f"source_{deal.source}").id, "expected_revenue": deal.value,
            "campaign_id": deal.campaign and self._demo(f"campaign_{deal.campaign}").id,
        }
        if deal.lost_reason:
            vals.update(active=False, probability=0, lost_reason_id=self._demo(f"lost_{deal.lost_reason}").id)
        if len(deal.steps) > 3:
            vals.update(self._prepare_factors(deal))
        return vals

    def _prepare_factors(self, deal):
        return {
            "problem_state": "yes", "problem_text": story.PROBLEMS[deal.goods],
            "time_state": "yes", "time_date": fields.Date.today() + timedelta(days=30 + len(deal.customer)),
            "money_state": "no" if deal.lost_reason == "competitor" else "yes", "money_amount": deal.value,
            "money_payer": deal.customer,
        }

    # ------------------------------------------------------------ the past
    def _make_transitions(self, deals, leads, sections):
        """As an import of the past does: it replaces what was written just now."""
        rows = []
        for deal, lead in zip(deals, leads):
            rng = random.Random(deal.name + deal.customer)
            order = [*story.SECTIONS, *story.ACCOUNT]
            previous = None
            for place, (name, day) in enumerate(deal.steps):
                jumped = previous and order.index(name) > order.index(previous) + 1
                kind = "enter" if not previous else "won" if name == "won" else "skip" if jumped else "forward"
                rows.append({"lead_id": lead.id, "to_stage_id": sections[name].id, "kind": kind,
                             "date": self._moment(day, rng, place), "user_id": lead.user_id.id})
                previous = name
            if deal.lost_reason:
                rows.append({"lead_id": lead.id, "to_stage_id": sections[previous].id, "kind": "lost",
                             "date": self._moment(deal.lost_day, rng, 60), "user_id": lead.user_id.id})
        self.env["conveyor.transition"].create(rows)

    def _make_work(self, deals, leads, sections):
        """Work of the sections behind them: mostly done, here and there waived
        or owed; in the present section half of it."""
        Work = self.env["conveyor.work"]
        Work._open([(lead.id, sections[name].id) for deal, lead in zip(deals, leads) for name, _day in deal.steps])
        for deal, lead in zip(deals, leads):
            days = {sections[name]: day for name, day in deal.steps}
            rng = random.Random(deal.customer + deal.name)
            for work in Work.search([("lead_id", "=", lead.id), ("stage_id", "in", [stage.id for stage in days])]):
                behind = work.stage_id != lead.stage_id
                proven = bool(Work._proven(work, {})) and work.proof == "field"
                if behind or proven or rng.random() < 0.5:
                    self._finish(work, rng, self._moment(days[work.stage_id], rng, 30), behind and not proven)
        Work.search([("lead_id", "in", leads.ids), ("activity_id", "!=", False)])._unplan()  # until the days have passed

    def _finish(self, work, rng, date, behind):
        luck = rng.random()
        vals = {"state": "done", "done_date": date, "done_user_id": work.lead_id.user_id.id,
                "answer": story.ANSWERS.get(work.item_id.name)}
        if behind and luck < 0.06:
            vals.update(state="waived", waiver_reason=rng.choice(story.WAIVERS), answer=False)
        elif behind and luck < 0.2:
            vals = {"debt_date": date} if work.required else {}
        elif work.proof == "document":
            vals["attachment_id"] = self.env["ir.attachment"].create({
                "name": f"{work.item_id.name}.txt", "raw": work.lead_id.name.encode(),
                "res_model": "crm.lead", "res_id": work.lead_id.id}).id
        work.activity_id.unlink()
        work.sudo().write(vals)

    # ------------------------------------------------------------ the sales
    def _make_orders(self, deals, leads):
        """An order for every win, and older ones of a few loyal customers."""
        sales = [(lead, deal, deal.steps[-1][1]) for deal, lead in zip(deals, leads) if deal.section == "won"]
        loyal = [(self.env["crm.lead"], lead, deal, day + 120) for lead, deal, day in sales[::4]]
        rows = [*((lead, lead, deal, day) for lead, deal, day in sales), *loyal]
        orders = self.env["sale.order"].create([{
            "partner_id": source.partner_id.id, "opportunity_id": lead.id, "team_id": source.team_id.id,
            "user_id": source.user_id.id,
            "order_line": [Command.create({
                "product_id": self._demo(f"product_{deal.goods}").id, "price_unit": deal.value})],
        } for lead, source, deal, _day in rows])
        orders.action_confirm()
        for order, (_lead, _source, deal, day) in zip(orders, rows):
            order.date_order = self._moment(day, random.Random(deal.name), 10)
        self._set_names("order", orders)
