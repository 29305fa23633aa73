from . import test_dashboard_margin
from . import test_install
from . import test_margin
from . import test_purchases
