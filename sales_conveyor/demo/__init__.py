from . import conveyor_demo
from . import conveyor_demo_touch
from . import conveyor_demo_cadence
from . import conveyor_demo_today
from . import conveyor_demo_customer
<<<<<<< HEAD
from . import conveyor_demo_process
=======
from . import conveyor_demo_counter
>>>>>>> aaee224 ([ADD] demo: a showroom's doors and a site with ten weeks of visitors; website glue)
