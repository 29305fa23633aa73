import { Component } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { ContactLinks } from "./contact_links";
import { dayAndTime, selectionLabel } from "./touch_words";

export const TOUCH_FIELDS = [
    { name: "touch_count", type: "integer" },
    { name: "next_touch_date", type: "datetime" },
    { name: "next_touch_channel", type: "selection" },
    { name: "next_touch_reason_id", type: "many2one", relation: "conveyor.reason" },
    { name: "phone", type: "char" },
    { name: "phone_sanitized", type: "char" },
    { name: "name", type: "char" },
];

/** What a card and a form say of the touches of their record. */
export class TouchWidget extends Component {
    static components = { ContactLinks };
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get data() {
        return this.props.record.data;
    }

    /** "call today 15:00" */
    get next() {
        const { next_touch_date: date, next_touch_channel: channel } = this.data;
        return date ? `${selectionLabel(this.props.record.fields.next_touch_channel, channel)} ${dayAndTime(date)}` : "";
    }
}
