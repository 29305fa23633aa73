import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Where a lead stands in its documented process, what usually comes next, and the script of the step. */
export class ProcessLine extends Component {
    static template = "sales_conveyor.ProcessLine";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ line: false, isOpen: false });
        useRecordObserver(async ({ resId, data }) => {
            const seen = JSON.stringify([resId, data.stage_id?.id, data.touch_count, data.active]);
            if (seen !== this.seen) {
                this.seen = seen;
                const line = resId ? await this.orm.silent.call("crm.lead", "get_process_line", [[resId]]) : false;
                if (seen === this.seen) {
                    this.state.line = line;
                }
            }
        });
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
    }
}

registry.category("view_widgets").add("conveyor_process_line", {
    component: ProcessLine,
    fieldDependencies: [{ name: "stage_id", type: "many2one", relation: "crm.stage" }],
});
