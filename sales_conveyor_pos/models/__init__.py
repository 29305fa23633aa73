from . import conveyor_purchase
from . import conveyor_rhythm
from . import pos_order
from . import res_partner
