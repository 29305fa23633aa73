import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { ContactLinks } from "../touch/contact_links";
import { PurchaseChart } from "./purchase_chart";
import { STATUS_STYLES } from "./status_styles";

/** A customer's rhythm and worth on his form. All words and numbers come from the server. */
export class CustomerCard extends Component {
    static template = "sales_conveyor.CustomerCard";
    static components = { ContactLinks, PurchaseChart };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get card() {
        return this.props.record.data[this.props.name];
    }

    get statusStyle() {
        return STATUS_STYLES[this.card.status.key];
    }

    get since() {
        const { since } = this.card.status;
        return since ? _t("since %s", since) : "";
    }

    async run(method) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call(record.resModel, method, [[record.resId]]);
        await this.action.doAction(action, { onClose: () => record.model.load() });
    }
}

registry.category("fields").add("conveyor_customer_card", {
    component: CustomerCard,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "phone", type: "char" },
        { name: "phone_sanitized", type: "char" },
        { name: "display_name", type: "char" },
    ],
});
