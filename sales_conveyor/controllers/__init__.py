from . import counter
from . import event_log
from . import opt_out
from . import process
from . import review
from . import workbook
