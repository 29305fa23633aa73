import { Component, useState } from "@odoo/owl";
import { formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { useService } from "@web/core/utils/hooks";
import { url } from "@web/core/utils/urls";
import { FileUploader } from "@web/views/fields/file_handler";
import { ActivityMarkAsDone } from "@mail/core/web/activity_markasdone_popover";

const ICONS = { todo: "fa-circle-o", done: "fa-check-circle text-success", waived: "fa-minus-circle text-muted" };

/** One piece of standard work: its state, what proves it, and the way to do it. */
export class ChecklistLine extends Component {
    static template = "sales_conveyor.ChecklistLine";
    static components = { FileUploader };
    static props = { work: Object, list: Object, isBusy: Boolean };

    setup() {
        this.orm = useService("orm");
        this.store = useService("mail.store");
        this.activityPopover = usePopover(ActivityMarkAsDone, { position: "bottom-end" });
        this.state = useState({ isOpen: false });
    }

    get data() {
        return this.props.work.data;
    }

    get isTodo() {
        return this.data.state === "todo";
    }

    get icon() {
        return ICONS[this.data.state];
    }

    get tickLabel() {
        const names = { work: this.data.name };
        return this.isTodo
            ? _t("Mark as done: %(work)s", names)
            : _t("Set back to to-do: %(work)s", names);
    }

    get tickTitle() {
        return this.isTodo ? _t("Mark as done") : _t("Set back to to-do");
    }

    get answerPlaceholder() {
        return this.isTodo ? _t("What was found out?") : "";
    }

    /** The lead's fields that prove it, with their labels. */
    get wantedFields() {
        const { fields } = this.props.list.lead;
        return (this.data.wanted_fields || "")
            .split(",")
            .filter(Boolean)
            .map((name) => ({ name, label: fields[name]?.string || name }));
    }

    get stateText() {
        const by = this.data.done_user_id?.display_name;
        const date = this.data.done_date && formatDate(this.data.done_date);
        if (this.data.state === "waived") {
            return _t("Waived by %(user)s: %(reason)s", { user: by, reason: this.data.waiver_reason });
        }
        return by ? _t("%(user)s, %(date)s", { user: by, date }) : date;
    }

    get documentUrl() {
        return url(`/web/content/${this.data.attachment_id.id}`, { download: true });
    }

    tick() {
        const { list, work } = this.props;
        return list.call(work, this.isTodo ? "action_done" : "action_reopen");
    }

    onAnswerKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            ev.stopPropagation();
            ev.target.blur();
        }
    }

    onAnswer(ev) {
        const answer = ev.target.value.trim();
        if (answer !== (this.data.answer || "")) {
            this.props.list.answer(this.props.work, answer);
        }
    }

    attach({ name, data }) {
        return this.props.list.call(this.props.work, "action_attach", name, data);
    }

    /** Odoo's own little form with a note, where the chatter knows the activity. */
    finishActivity(ev) {
        const { list, work } = this.props;
        const activity = this.store["mail.activity"].get(this.data.open_activity_id);
        if (activity) {
            this.activityPopover.open(ev.currentTarget, {
                activity,
                hasHeader: true,
                onActivityChanged: () => list.reload(),
            });
        } else {
            list.run(work, () =>
                this.orm.call("mail.activity", "action_feedback", [[this.data.open_activity_id]])
            );
        }
    }
}
