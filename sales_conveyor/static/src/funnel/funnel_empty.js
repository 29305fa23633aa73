import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

import { isFiltered, toFilters, withoutFilters } from "./funnel_query";

/** Says why there is nothing to see, and what to do about it. */
export class FunnelEmpty extends Component {
    static template = "sales_conveyor.FunnelEmpty";
    static props = { query: Object, update: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        // Odoo's import screen is an app of its own, and not for a phone.
        this.mayImport = registry.category("actions").contains("import") && !this.env.isSmall;
        this.state = useState({ hasOlder: false, isFiltered: false });
        onWillStart(() => this.look(this.props));
        onWillUpdateProps((props) => this.look(props));
    }

    /** Are there leads under the same filters outside the period? */
    async look({ query }) {
        const filters = toFilters({ ...query, period: "all_time" });
        const { tables } = await this.orm.call("conveyor.funnel", "get_tables", [filters]);
        const leads = tables.find(({ key }) => key === "summary").rows.find(({ key }) => key === "leads");
        this.state.hasOlder = query.period !== "all_time" && Boolean(leads?.cells.value);
        this.state.isFiltered = isFiltered(query);
    }

    showAllTime() {
        this.props.update({ period: "all_time" });
    }

    clearFilters() {
        this.props.update(withoutFilters());
    }

    importLeads() {
        return this.action.doAction({
            type: "ir.actions.client",
            tag: "import",
            params: { active_model: "crm.lead", context: {} },
        });
    }

    openPipeline() {
        return this.action.doAction("crm.crm_lead_action_pipeline");
    }
}
