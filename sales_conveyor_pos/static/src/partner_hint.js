import { onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { SelectPartnerButton } from "@point_of_sale/app/screens/product_screen/control_buttons/select_partner_button/select_partner_button";
import { patch } from "@web/core/utils/patch";

const asked = new Map(); // partner id -> promise of his hint: each customer is asked about once a session

/** A few words on the chosen customer's rhythm; without a connection there are none, and nothing waits for them. */
patch(SelectPartnerButton.prototype, {
    setup() {
        super.setup(...arguments);
        this.conveyor = useState({ hint: "" });
        onWillStart(() => this.askForHint(this.props.partner));
        onWillUpdateProps((props) => this.askForHint(props.partner));
    },
    askForHint(partner) {
        const id = partner?.id;
        if (id === this.hintOf) {
            return;
        }
        this.hintOf = id;
        this.conveyor.hint = "";
        if (typeof id !== "number") {
            return;
        }
        if (!asked.has(id)) {
            asked.set(id, this.pos.data.silentCall("res.partner", "get_conveyor_pos_hint", [[id]]));
        }
        asked.get(id).then((hint) => {
            if (hint === false) {
                asked.delete(id);
            } else if (this.hintOf === id) {
                this.conveyor.hint = hint;
            }
        });
    },
});
