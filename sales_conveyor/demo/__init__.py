from . import conveyor_demo
from . import conveyor_demo_touch
from . import conveyor_demo_cadence
from . import conveyor_demo_today
from . import conveyor_demo_customer
from . import conveyor_demo_process
from . import conveyor_demo_counter
from . import conveyor_demo_money
