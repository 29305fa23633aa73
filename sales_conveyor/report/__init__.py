from . import conveyor_discipline_report
from . import conveyor_funnel_report
from . import conveyor_money_buyer
from . import conveyor_money_customer
from . import conveyor_money_sale
from . import conveyor_reactivation_report
from . import conveyor_reactivation_tables
