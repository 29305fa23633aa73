from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from .conveyor_domain import read_domain
from .conveyor_rhythm_rule_match import pattern_of


class ConveyorRhythmTerms(models.AbstractModel):
    """Which rule holds for whom, as parts of the statement that makes rhythms."""

    _name = "conveyor.rhythm.terms"
    _description = "Terms of Purchase Rhythms"

    @api.model
    @ormcache()
    def _rules(self):
        """Rows of the active rules in their order: id, company_id, filter_domain, has_categories, has_calendar, pattern.

        ``pattern``: of the words that names are searched for, where no category is chosen
        """
        rules = self.env.execute_query_dict(SQL("""
            SELECT r.id, r.company_id, r.filter_domain, r.name_words,
                   EXISTS (SELECT FROM conveyor_rhythm_rule_product_category_rel c WHERE c.conveyor_rhythm_rule_id = r.id) AS has_categories,
                   EXISTS (SELECT FROM conveyor_rhythm_calendar k WHERE k.rule_id = r.id) AS has_calendar
              FROM conveyor_rhythm_rule r WHERE r.active ORDER BY r.sequence, r.id
        """))
        return [{**rule, "pattern": None if rule["has_categories"] else pattern_of(rule["name_words"])} for rule in rules]

    @api.model
    def _terms_sql(self):
        """SELECT of what each rule says in each company; rule 0 says nothing."""
        return SQL("""
            SELECT c.id AS company_id, r.id AS rule_id, NULLIF(r.shortest, 0) AS shortest, NULLIF(r.longest, 0) AS longest,
                   NULLIF(r.lost_after, 0) AS lost_after, CASE WHEN r.expected_gap > 0 THEN r.expected_gap END AS known_gap,
                   COALESCE(r.filter_domain, '[]') NOT IN ('', '[]') OR btrim(COALESCE(r.name_words, ''), ', ') <> '' OR EXISTS (
                       SELECT FROM conveyor_rhythm_rule_product_category_rel g WHERE g.conveyor_rhythm_rule_id = r.id) AS is_special,
                   r.day_kind = 'open' AS is_open_days, k.id AS calendar_id, k.total AS calendar_total
              FROM res_company c JOIN conveyor_rhythm_rule r ON r.active AND (r.company_id IS NULL OR r.company_id = c.id)
              LEFT JOIN conveyor_rhythm_calendar k ON k.rule_id = r.id AND k.company_id = c.id
             UNION ALL
            SELECT c.id, 0, NULL, NULL, NULL, NULL, FALSE, FALSE, NULL, NULL FROM res_company c
        """)

    @api.model
    def _choice_sql(self, rules, alias, partner_ids=None):
        """The first fitting rule of a row (partner_id, company_id, category_id, names), as an expression; 0: none."""
        if not rules:
            return SQL("0")
        return SQL("CASE %s ELSE 0 END", SQL(" ").join(
            SQL("WHEN %s THEN %s", self._fits_sql(rule, SQL.identifier(alias), partner_ids), rule["id"]) for rule in rules))

    @api.model
    def _fits_sql(self, rule, row, partner_ids):
        conditions = [SQL("TRUE")]
        if rule["company_id"]:
            conditions.append(SQL("%s.company_id = %s", row, rule["company_id"]))
        if rule["has_categories"]:
            conditions.append(SQL("""%s.category_id IN (
                SELECT below.id FROM conveyor_rhythm_rule_product_category_rel g
                  JOIN product_category top ON top.id = g.product_category_id
                  JOIN product_category below ON below.parent_path LIKE top.parent_path || '%%'
                 WHERE g.conveyor_rhythm_rule_id = %s)""", row, rule["id"]))
        if rule["pattern"]:
            conditions.append(SQL("%s.names ~ %s", row, rule["pattern"]))
        domain = read_domain(self.env, rule["filter_domain"], fields.Datetime.now())
        if not domain.is_true():
            customers = self.env["res.partner"].with_context(active_test=False)
            few = Domain.TRUE if partner_ids is None else Domain("id", "in", list(partner_ids))
            conditions.append(SQL("%s.partner_id IN %s", row, customers._search(domain & few).subselect()))
        return SQL(" AND ").join(conditions)
