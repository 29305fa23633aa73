from . import opt_out
from . import workbook
