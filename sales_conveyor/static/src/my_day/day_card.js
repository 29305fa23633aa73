import { Component, onWillUpdateProps, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { useService } from "@web/core/utils/hooks";
import { STATUS_STYLES } from "../customer/status_styles";
import { wayOf } from "../touch/touch_words";

/**
 * One client: why now, what was said, what to say, how to reach him; a result
 * (keys 1 to 4) and *Done* (Enter) are all that is asked for.
 */
export class DayCard extends Component {
    static template = "sales_conveyor.DayCard";
    static components = { DateTimeInput, Dropdown, DropdownItem };
    static props = {
        card: Object, item: Object, isOwn: Boolean, done: Function, openRecord: Function, openDialog: Function,
    };

    setup() {
        this.action = useService("action");
        this.phoneRef = useRef("phone");
        this.state = useState({});
        this.begin(this.props.card);
        onWillUpdateProps((props) => props.card !== this.props.card && this.begin(props.card));
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        this.nextRef = useRef("next");
        useEffect(
            () => {
                this.nextRef.el?.scrollIntoView({ block: "nearest" });
            },
            () => [this.state.outcome],
        );
    }

    begin(card) {
        const channel = this.props.item.group === "reply" && card.contact.email ? "email" : card.channel;
        Object.assign(this.state, {
            channel, outcome: "", note: "", next: null, nextChannel: "", noNext: false, isSaving: false,
        });
    }

    // ------------------------------------------------------------- what is shown

    get statusStyle() {
        return STATUS_STYLES[this.props.card.rhythm.status];
    }

    get results() {
        return this.props.card.results[wayOf(this.state.channel)];
    }

    get result() {
        return this.results.find(({ key }) => key === this.state.outcome);
    }

    /** Nobody makes an appointment to the second. */
    get dateFormat() {
        return localization.dateTimeFormat.replace(":ss", "");
    }

    get goesOnByItself() {
        return Boolean(this.result?.by_cadence);
    }

    // ------------------------------------------------------------- reaching the client

    setChannel(channel) {
        if (wayOf(channel) !== wayOf(this.state.channel)) {
            this.state.outcome = "";
        }
        this.state.channel = channel;
    }

    call() {
        this.setChannel("call");
    }

    message(link) {
        this.setChannel(link.name === "SMS" ? "sms" : "messenger");
        this.choose("sent");
        window.open(link.href, link.href.startsWith("http") ? "_blank" : "_self");
    }

    async mail() {
        const { model, id } = this.props.card;
        this.setChannel("email");
        await this.action.doAction(
            {
                type: "ir.actions.act_window", res_model: "mail.compose.message", target: "new", views: [[false, "form"]],
                context: {
                    default_model: model, default_res_ids: [id], default_composition_mode: "comment",
                    default_subtype_xmlid: "mail.mt_comment", active_model: model, active_id: id,
                },
            },
            { onClose: (info) => !info?.special && this.choose("sent") },
        );
    }

    // ------------------------------------------------------------- the result

    choose(outcome) {
        const result = this.results.find(({ key }) => key === outcome);
        if (result && this.props.isOwn) {
            Object.assign(this.state, {
                outcome, next: deserializeDateTime(result.date), nextChannel: result.channel, noNext: false,
            });
        }
    }

    get nextTouch() {
        if (this.goesOnByItself || this.state.noNext || !this.state.next) {
            return false;
        }
        return { date: serializeDateTime(this.state.next), channel: this.state.nextChannel };
    }

    async done() {
        const { state } = this;
        if (!state.outcome || state.isSaving) {
            return;
        }
        state.isSaving = true;
        try {
            await this.props.done({
                channel: state.channel, outcome: state.outcome, note: state.note, next_touch: this.nextTouch,
                reason_id: this.props.card.reason.id, activity_id: this.props.card.activity_id,
            });
        } finally {
            state.isSaving = false;
        }
    }

    onKeydown(ev) {
        const isElsewhere = ev.target.closest(".modal, .o-dropdown--menu, .o_popover, .o_searchview, .o_main_navbar");
        const isTyping = ev.target.closest("input, textarea, select, [contenteditable]");
        if (isElsewhere || ev.altKey || ev.metaKey || !this.props.isOwn) {
            return;
        }
        const isOtherButton = ev.target.closest("button:not(.active), a"); // a clicked result keeps the focus
        if (ev.key === "Enter" && this.state.outcome && (ev.ctrlKey || !isTyping) && !isOtherButton) {
            ev.preventDefault();
            this.done();
        } else if (!isTyping && !ev.ctrlKey && ["1", "2", "3", "4"].includes(ev.key)) {
            ev.preventDefault();
            this.choose(this.results[Number(ev.key) - 1]?.key);
        } else if (!isTyping && !ev.ctrlKey && ev.key.toLowerCase() === "c" && this.phoneRef.el) {
            this.phoneRef.el.click();
        }
    }
}
