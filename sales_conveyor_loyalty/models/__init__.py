from . import loyalty_card
from . import conveyor_offer_program
from . import ir_actions_server
from . import conveyor_reactivation_rule
from . import res_partner
