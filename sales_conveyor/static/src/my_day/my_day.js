import { Component, onWillStart, useEffect, useExternalListener, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { GAPS } from "../next/gap_counter";
import { DayCard } from "./day_card";
import { DayList } from "./day_list";
import { useSwipe } from "./swipe";

const REFRESH = 60_000; // milliseconds
const NEWS = "conveyor.day/changed"; // a client has written

/**
 * *My touches today*: one client at a time, the next ones at the left.
 *
 * What is due, in which order and why, comes from the server in one call; the
 * card of the chosen client in another.
 */
export class MyDay extends Component {
    static template = "sales_conveyor.MyDay";
    static components = { DayCard, DayList, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.state = useState({
            day: null, gaps: 0, card: null, key: this.props.state?.key || "", userId: this.props.state?.userId || false,
            showsList: false, error: "",
        });
        useSetupAction({ getLocalState: () => ({ key: this.state.key, userId: this.state.userId }) });
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        this.swipe = useSwipe({ left: () => this.step(1), right: () => this.step(-1) });
        this.listenToNews();
        onWillStart(() => this.load());
    }

    /** A new reply jumps to the top at once; everything else within a minute. */
    listenToNews() {
        const bus = useService("bus_service");
        useEffect(
            () => {
                const refresh = () => this.load({ keepsCard: true });
                const timer = browser.setInterval(refresh, REFRESH);
                bus.subscribe(NEWS, refresh);
                return () => {
                    browser.clearInterval(timer);
                    bus.unsubscribe(NEWS, refresh);
                };
            },
            () => [],
        );
    }

    // ------------------------------------------------------------- loading

    async load({ keepsCard = false } = {}) {
        try {
            const calls = [
                this.orm.silent.call("conveyor.day", "get_day", [this.state.userId]),
                this.orm.silent.call("conveyor.next.gap", "get_count", []),
            ];
            [this.state.day, this.state.gaps] = await this.keepLast.add(Promise.all(calls));
            this.state.error = "";
            this.env.bus.trigger(GAPS, this.state.gaps);
        } catch (error) {
            this.state.error = error.data?.message || error.message || _t("Unknown error");
            return;
        }
        const current = this.items.find(({ key }) => key === this.state.key);
        if (!(keepsCard && current && this.state.card)) {
            await this.open(current || this.items[0]);
        }
    }

    async open(item) {
        this.state.showsList = false;
        this.state.key = item?.key || "";
        this.state.card = item
            ? await this.orm.call("conveyor.day", "get_card", [item.model, item.id, item.activity_id, item.reason_id])
            : null;
    }

    get items() {
        return this.state.day?.items || [];
    }

    get item() {
        return this.items.find(({ key }) => key === this.state.key);
    }

    get display() {
        return { controlPanel: {} };
    }

    // ------------------------------------------------------------- moving

    /** The next or the previous client of the queue. */
    step(by) {
        const place = this.items.findIndex(({ key }) => key === this.state.key);
        const item = this.items[place + by];
        return item && this.open(item);
    }

    onKeydown(ev) {
        const isTyping = ev.target.closest("input, textarea, select, [contenteditable], .modal, .o-dropdown--menu, .o_popover");
        const by = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (by && !isTyping && !ev.altKey && !ev.ctrlKey && !ev.metaKey) {
            ev.preventDefault();
            this.step(by);
        }
    }

    // ------------------------------------------------------------- doing

    async done(values) {
        const { model, id } = this.state.card;
        await this.orm.call("conveyor.day", "do_touch", [model, id, values]);
        this.state.key = "";
        await this.load();
    }

    async level() {
        const count = await this.orm.call("conveyor.day", "action_level", []);
        this.notification.add(_t("Moved to the next days: %s", count), { type: "success", className: "o_conveyor_notice" });
        await this.load();
    }

    async choosePerson(ev) {
        this.state.userId = Number(ev.target.value);
        this.state.key = "";
        await this.load();
    }

    openGaps() {
        return this.action.doAction("sales_conveyor.conveyor_next_gap_action");
    }

    openPipeline() {
        return this.action.doAction("crm.action_your_pipeline");
    }

    openRecord() {
        const { model, id } = this.state.card;
        return this.action.doAction({
            type: "ir.actions.act_window", res_model: model, res_id: id, views: [[false, "form"]],
        });
    }

    /** A dialog about the client; afterwards the queue is another one. */
    openDialog(xmlid) {
        const { model, id } = this.state.card;
        return this.action.doAction(xmlid, {
            additionalContext: { active_model: model, active_id: id, active_ids: [id] },
            onClose: () => this.load(),
        });
    }
}

registry.category("actions").add("sales_conveyor.my_day", MyDay);
