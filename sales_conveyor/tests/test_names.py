import inspect
import re

from odoo.models import BaseModel
from odoo.tests import tagged

from .rhythm_common import RhythmCase

OWN = "odoo.addons.sales_conveyor"
HOOKS = {"_compute_display_name"}  # made to be replaced


@tagged("post_install", "-at_install")
class TestNames(RhythmCase):
    """Our models' methods bear no name that the ORM uses for its own."""

    def test_no_method_of_the_orm_is_replaced_by_accident(self):
        replaced = sorted({
            f"{cls.__module__}.{cls.__name__}.{name}" for model in self.registry.values() for cls in model.__mro__
            if cls.__module__.startswith(OWN) for name, value in vars(cls).items() if self._replaces(name, value)})
        self.assertEqual(replaced, [])

    def _replaces(self, name, value):
        """Whether the method stands where a private one of the ORM's was, and does not call it."""
        method = inspect.unwrap(getattr(value, "__func__", value))
        if not name.startswith("_") or name.startswith("__") or name in HOOKS or not inspect.isfunction(method):
            return False
        return hasattr(BaseModel, name) and not re.search(rf"super\(.*\)\.{name}\(", inspect.getsource(method))

    def test_what_is_written_reaches_the_database(self):
        partner = self.env["res.partner"].create({"name": "Olga"})
        rows = {
            self.env["conveyor.rhythm"].create({"partner_id": partner.id, "company_id": self.env.company.id}): "purchase_count",
            self.env["conveyor.touch.line"].create({"partner_id": partner.id}): "touch_count"}
        self.env.flush_all()
        for row, name in rows.items():
            row[name] = 7
            row.flush_recordset()
            self.env.invalidate_all(flush=False)
            self.assertEqual(row[name], 7, row._name)
