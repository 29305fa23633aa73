import { registry } from "@web/core/registry";
import { CHANNEL_ICONS } from "./touch_words";
import { TOUCH_FIELDS, TouchWidget } from "./touch_widget";

const LINE_FIELDS = [
    ...TOUCH_FIELDS,
    { name: "touch_norm", type: "integer" },
    { name: "next_touch_automatic", type: "boolean" },
    { name: "won_status", type: "selection" },
];

/** One line of a card: "4/7 · call today 15:00 · new price", and the ways to the client. */
export class TouchLine extends TouchWidget {
    static template = "sales_conveyor.TouchLine";

    get icon() {
        return this.data.next_touch_automatic ? "fa-magic" : CHANNEL_ICONS[this.data.next_touch_channel] || "fa-circle-o";
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
