import re

from odoo import api, fields, models
from odoo.tools import SQL


def pattern_of(words):
    """PostgreSQL's regular expression for text in which a word begins with one of these, in upper or lower case.

    The case is spelt out: a database in the locale C knows no other letters than those of English.

    :param str words: with commas between them
    :return: None without words
    """
    parts = [part for text in (words or "").split(",") if (part := text.strip())]
    if not parts:
        return None
    return r"(^|[^[:alpha:]])(%s)" % "|".join("".join(map(_either_case, part)) for part in parts)


def _either_case(letter):
    lower, upper = letter.lower(), letter.upper()
    return f"[{lower}{upper}]" if lower != upper and len(lower) == len(upper) == 1 else re.escape(letter)


class ConveyorRhythmRule(models.Model):
    """What was bought, as a rule sees it: by product categories, or, until
    somebody has chosen these, by words in the names of products and categories.

    Ready sets come before any catalogue: their rules know words alone.
    """

    _inherit = "conveyor.rhythm.rule"

    name_words = fields.Char(
        "Words in Names", help="Beginnings of words, with commas between, as in: manicure, nails. The rule fits who last bought "
        "a product whose name, or whose category's name, has one of them. Left out of account once categories are chosen.")
    found_categories = fields.Many2many("product.category", compute="_compute_found", string="Categories Found")
    found_products = fields.Integer(compute="_compute_found", string="Products Found")

    @api.depends("name_words", "category_ids")
    def _compute_found(self):
        for rule in self:
            pattern = not rule.category_ids and pattern_of(rule.name_words)
            rule.found_categories = rule._named("product.category", "complete_name", pattern)
            rule.found_products = len(rule._named("product.template", "name", pattern))

    def _named(self, model, field, pattern):
        """Records whose name, in any language, has one of the words."""
        records = self.env[model]
        if not pattern:
            return records
        records.flush_model([field])
        found = self.env.execute_query(SQL(
            "SELECT id FROM %s WHERE %s::text ~ %s", SQL.identifier(records._table), SQL.identifier(field), pattern))
        return records.search([("id", "in", [row[0] for row in found])])  # what the reader may see

    def action_link_categories(self):
        """The categories that the words have found are chosen; words are not asked any more."""
        for rule in self:
            rule.category_ids |= rule.found_categories
        return True
