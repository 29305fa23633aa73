from . import conveyor_counter
