import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";

import { DownloadButton } from "../funnel/download_button";
import { FunnelFilters } from "../funnel/funnel_filters";
import { FunnelTable } from "../funnel/funnel_table";
import { FunnelTiles } from "../funnel/funnel_tiles";
import { TablesScreen } from "../funnel/tables_screen";

const TILES = [
    { main: "visitors", small: ["busiest"] },
    { main: "leads", small: ["lead_rate"] },
    { main: "purchases", small: [] },
    { main: "conversion", small: [] },
    { main: "missed", small: ["worst"] },
];
const FILTERS = [
    {
        name: "counter_ids",
        resModel: "conveyor.counter",
        label: _t("Counter"),
        allLabel: _t("All counters"),
        noneLabel: "",
    },
];

/** Visitors by weekday and hour against leads and purchases. */
export class CounterHours extends TablesScreen {
    static template = "sales_conveyor.CounterHours";
    static components = { DownloadButton, FunnelFilters, FunnelTable, FunnelTiles, Layout };
    static model = "conveyor.counter.tables";
    static firstTab = "counter_hours";
    tiles = TILES;
    recordFilters = FILTERS;

    firstQuery() {
        return { counter_ids: this.props.action.params?.counter_ids || [], ...super.firstQuery() };
    }

    get filters() {
        const { counter_ids } = this.state.query;
        return { ...super.filters, ...(counter_ids.length && { counter_ids: [...counter_ids] }) };
    }

    // ------------------------------------------------------------- what is shown

    get summary() {
        return this.state.answer.tables[0];
    }

    get tabs() {
        return this.state.answer.tables.slice(1).filter(({ key, rows }) => rows.length || key === "counter_hours");
    }

    get shownTable() {
        return this.tabs.find(({ key }) => key === this.state.tab) || this.tabs[0];
    }

    get isEmpty() {
        return !this.summary.rows.find(({ key }) => key === "visitors").cells.value;
    }

    // ------------------------------------------------------------- what it does

    openCounters(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_counter_action", { newWindow });
    }

    onTabKeydown(ev) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
        if (step) {
            const keys = this.tabs.map(({ key }) => key);
            const next = keys[(keys.indexOf(this.shownTable.key) + step + keys.length) % keys.length];
            this.state.tab = next;
            ev.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
        }
    }
}

registry.category("actions").add("sales_conveyor.counter_hours", CounterHours);
