from . import conveyor_trade_apply
from . import conveyor_waive
from . import conveyor_workbook
from . import crm_lead_lost
