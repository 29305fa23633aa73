from . import conveyor_funnel_report
