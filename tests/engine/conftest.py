"""The engine is tested as the package ``engine``, without Odoo and without the addon around it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "sales_conveyor"))
