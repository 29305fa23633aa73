from . import test_backfill
from . import test_gate
from . import test_import
from . import test_sale_kind
from . import test_transitions
from . import test_work
