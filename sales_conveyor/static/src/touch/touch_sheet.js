import { Component, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { resultsOf } from "./touch_words";

/**
 * After a call or a message: what came of it, and the next touch. Two taps,
 * nothing to type.
 */
export class TouchSheet extends Component {
    static template = "sales_conveyor.TouchSheet";
    static components = { Dialog, DateTimeInput };
    static props = {
        resModel: String,
        resId: Number,
        name: { type: String, optional: true },
        channel: String,
        reload: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        // not useService: what follows outlives the dialog
        this.services = this.env.services;
        this.results = resultsOf(this.props.channel);
        this.state = useState({
            outcome: null,
            sheet: null,
            date: null,
            note: "",
            absence: false,
            isPlanning: false,
            isBusy: false,
        });
    }

    get title() {
        return _t("What came of it?");
    }

    async choose(outcome) {
        const { resModel, resId, channel } = this.props;
        this.state.outcome = outcome;
        const sheet = await this.orm.call(resModel, "get_touch_sheet", [[resId], channel, outcome]);
        Object.assign(this.state, {
            sheet,
            date: deserializeDateTime(sheet.date),
            absence: this.state.absence || sheet.absence_reason_id,
            isPlanning: sheet.plan_next || outcome === "later",
        });
    }

    /** One tap says why a silent customer stayed away, a second one takes it back. */
    chooseAbsence(reasonId) {
        const { absence, sheet } = this.state;
        this.state.absence = absence === reasonId ? sheet.absence_reason_id : reasonId;
    }

    /** What he has said now; false where it is nothing new. */
    get newAbsence() {
        const { absence, sheet } = this.state;
        return sheet.absences.length && absence !== sheet.absence_reason_id ? absence : false;
    }

    get nextTouch() {
        const { sheet, date, isPlanning } = this.state;
        return isPlanning && date
            ? { date: serializeDateTime(date), channel: sheet.channel, reason_id: sheet.reason_id, user_id: sheet.user_id }
            : false;
    }

    async done() {
        this.state.isBusy = true;
        const { resModel, resId, channel, reload, close } = this.props;
        const { outcome, note, sheet } = this.state;
        const touchId = await this.orm.call(resModel, "action_log_touch", [[resId]], {
            channel,
            outcome,
            note,
            activity_id: sheet.activity_id,
            next_touch: this.nextTouch,
            absence_reason_id: this.newAbsence,
        });
        close();
        await reload();
        this.tell(touchId, sheet.activity_id);
    }

    /** A slip of the finger can be taken back; a planned activity that was done cannot. */
    tell(touchId, activityId) {
        const { notification, orm } = this.services;
        const { reload, resModel, resId } = this.props;
        const { newAbsence } = this;
        const before = this.state.sheet.absence_reason_id;
        const close = notification.add(_t("Touch logged."), {
            type: "success",
            buttons: activityId
                ? []
                : [
                      {
                          name: _t("Undo"),
                          onClick: async () => {
                              close();
                              await orm.call("conveyor.touch", "action_undo", [[touchId]]);
                              if (newAbsence) {
                                  await orm.call(resModel, "action_note_absence", [[resId], before]);
                              }
                              await reload();
                          },
                      },
                  ],
        });
    }

    async more() {
        const { resModel, resId, channel, reload, close } = this.props;
        const { outcome, note } = this.state;
        const { action, orm } = this.services;
        close();
        const dialog = await orm.call(resModel, "action_open_touch_log", [[resId]], {
            context: { channel, note, ...(outcome && { outcome }) },
        });
        await action.doAction(dialog, { onClose: reload });
    }
}
