from . import opt_out
from . import review
from . import workbook
