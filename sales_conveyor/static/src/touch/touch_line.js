import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { ContactLinks } from "./contact_links";
import { CHANNEL_ICONS, dayAndTime, selectionLabel } from "./touch_words";

export const LINE_FIELDS = [
    { name: "touch_count", type: "integer" },
    { name: "touch_norm", type: "integer" },
    { name: "next_touch_date", type: "datetime" },
    { name: "next_touch_channel", type: "selection" },
    { name: "next_touch_reason_id", type: "many2one", relation: "conveyor.reason" },
    { name: "next_touch_automatic", type: "boolean" },
    { name: "phone", type: "char" },
    { name: "phone_sanitized", type: "char" },
    { name: "name", type: "char" },
    { name: "won_status", type: "selection" },
];

/** One line of a card: "4/7 · call today 15:00 · new price", and the ways to the client. */
export class TouchLine extends Component {
    static template = "sales_conveyor.TouchLine";
    static components = { ContactLinks };
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get data() {
        return this.props.record.data;
    }

    get icon() {
        return this.data.next_touch_automatic ? "fa-magic" : CHANNEL_ICONS[this.data.next_touch_channel] || "fa-circle-o";
    }

    get next() {
        const { next_touch_date: date, next_touch_channel: channel } = this.data;
        return date ? `${selectionLabel(this.props.record.fields.next_touch_channel, channel)} ${dayAndTime(date)}` : "";
    }

    get isOverdue() {
        return this.data.next_touch_date < luxon.DateTime.local();
    }

    get isOpen() {
        return !this.data.won_status || this.data.won_status === "pending";
    }

    async log() {
        const { resModel, resId, model } = this.props.record;
        const dialog = await this.orm.call(resModel, "action_open_touch_log", [[resId]]);
        await this.action.doAction(dialog, { onClose: () => model.load() });
    }
}

registry.category("view_widgets").add("conveyor_touch_line", { component: TouchLine, fieldDependencies: LINE_FIELDS });
