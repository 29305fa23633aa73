import { Component, onPatched, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";

/** Five names, each with money, person and *Assign*: a touch for tomorrow with one click. */
export class DashboardList extends Component {
    static template = "sales_conveyor.DashboardList";
    static props = { list: Object, open: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ assigned: {}, busy: "" });
        this.pressed = null; // the row of the button that was pressed
        onPatched(() => {
            if (this.pressed && !this.state.busy) {
                this.pressed.querySelector(".o_conveyor_undo, .o_conveyor_assign")?.focus();
                this.pressed = null;
            }
        });
    }

    money(item) {
        return item.money ? formatMonetary(item.money, { currencyId: this.props.list.currency.id, digits: [16, 0] }) : "";
    }

    get rest() {
        return _t("All %(count)s", { count: this.props.list.count });
    }

    openItem(item, newWindow) {
        const action = { type: "ir.actions.act_window", res_model: item.model, res_id: item.id, views: [[false, "form"]], target: "current" };
        return this.action.doAction(action, { newWindow });
    }

    async assign(item, ev) {
        await this.once(item, ev, async () => {
            this.state.assigned[item.key] = await this.orm.call("conveyor.assignment", "assign", [item.model, item.id]);
        });
    }

    async undo(item, ev) {
        await this.once(item, ev, async () => {
            await this.orm.call("conveyor.assignment", "undo", [[this.state.assigned[item.key].id]]);
            delete this.state.assigned[item.key];
        });
    }

    /** One thing at a time; the button that takes the place of the pressed one has the focus then. */
    async once(item, ev, work) {
        if (this.state.busy) {
            return;
        }
        this.pressed = ev.target.closest("[data-item]");
        this.state.busy = item.key;
        try {
            await work();
        } finally {
            this.state.busy = "";
        }
    }
}
