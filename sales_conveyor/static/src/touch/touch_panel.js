import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CHANNEL_ICONS, dayAndTime } from "./touch_words";
import { TOUCH_FIELDS, TouchWidget } from "./touch_widget";

const KINDS = { attempt: "bg-warning", message: "bg-info", conversation: "bg-success" };
const OUTCOMES = {
    sent: _t("sent"),
    reached: _t("reached"),
    no_answer: _t("no answer"),
    later: _t("asked for later"),
    refused: _t("refused"),
    held: _t("held"),
    replied: _t("replied"),
    auto_reply: _t("automatic reply"),
    bounced: _t("came back"),
};

/** The touch line of a form: the count against the norm, the latest touches, the next one. */
export class TouchPanel extends TouchWidget {
    static template = "sales_conveyor.TouchPanel";

    get norm() {
        return this.data.touch_norm || 0;
    }

    get kinds() {
        const { attempt_count, message_count, conversation_count } = this.data;
        return [
            { id: "attempt", label: _t("attempts"), count: attempt_count },
            { id: "message", label: _t("messages"), count: message_count },
            { id: "conversation", label: _t("conversations"), count: conversation_count },
        ].map((kind) => ({ ...kind, style: KINDS[kind.id] }));
    }

    get timeline() {
        return (this.data.touch_timeline || []).map((touch) => {
            const date = deserializeDateTime(touch.date);
            const words = [formatDateTime(date), OUTCOMES[touch.outcome], touch.user, touch.subject];
            return {
                ...touch,
                icon: CHANNEL_ICONS[touch.channel],
                style: touch.direction === "in" ? "o_conveyor_in" : "",
                title: words.filter(Boolean).join(" · "),
            };
        });
    }

    get last() {
        return this.data.last_touch_date ? dayAndTime(this.data.last_touch_date) : _t("never");
    }

    get next() {
        const reason = this.data.next_touch_reason_id;
        return super.next && reason ? `${super.next} · ${reason.display_name}` : super.next;
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

registry.category("view_widgets").add("conveyor_touch_panel", {
    component: TouchPanel,
    fieldDependencies: [
        ...TOUCH_FIELDS,
        { name: "attempt_count", type: "integer" },
        { name: "message_count", type: "integer" },
        { name: "conversation_count", type: "integer" },
        { name: "last_touch_date", type: "datetime" },
        { name: "touch_timeline", type: "json" },
    ],
});
