from . import conveyor_waive
