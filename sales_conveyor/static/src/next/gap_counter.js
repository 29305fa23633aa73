import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";

const APP = "crm.crm_menu_root";
export const GAPS = "CONVEYOR:GAPS"; // somebody has just counted them
const MANY = 100; // the server stops counting here

/** In the CRM app: how many of one's own clients have no next touch. */
export class GapCounter extends Component {
    static template = "sales_conveyor.GapCounter";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.menu = useService("menu");
        this.action = useService("action");
        this.state = useState({ count: 0, isHere: false });
        onWillStart(async () => {
            this.isSeller = await user.hasGroup("sales_team.group_sale_salesman");
            this.refresh(); // the bar does not wait for it
        });
        useBus(this.env.bus, "MENUS:APP-CHANGED", () => this.refresh());
        useBus(this.env.bus, GAPS, ({ detail }) => (this.state.count = detail));
        useBus(this.env.bus, "ACTION_MANAGER:UI-UPDATED", () => this.refresh());
    }

    async refresh() {
        this.state.isHere = this.isSeller && this.menu.getCurrentApp()?.xmlid === APP;
        if (this.state.isHere) {
            this.state.count = await this.orm.silent.call("conveyor.next.gap", "get_count", []);
        }
    }

    get text() {
        return this.state.count < MANY ? String(this.state.count) : "99+";
    }

    open() {
        return this.action.doAction("sales_conveyor.conveyor_next_gap_action", { clearBreadcrumbs: true });
    }
}

registry.category("systray").add("sales_conveyor.GapCounter", { Component: GapCounter }, { sequence: 26 });
