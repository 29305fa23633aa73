import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";

import { DownloadButton } from "../funnel/download_button";
import { FunnelFilters } from "../funnel/funnel_filters";
import { FunnelTable } from "../funnel/funnel_table";
import { FunnelTiles } from "../funnel/funnel_tiles";
import { write } from "../funnel/funnel_values";
import { TablesScreen } from "../funnel/tables_screen";

const ABOVE = ["money_summary", "money_drain"]; // not in the tabs

/** Which figure stands large on a tile, and which small under it. */
const TILES = [
    { main: "drained", small: ["early"] },
    { main: "spend", small: [] },
    { main: "leads", small: ["cost_lead"] },
    { main: "first_sales", small: ["cost_sale"] },
    { main: "revenue_first", small: ["revenue_later"] },
    { main: "margin", small: [] },
    { main: "ltv", small: [] },
    { main: "return", small: [] },
];

/** Money by source: what goes down the drain first, then what clients cost and bring. */
export class Money extends TablesScreen {
    static template = "sales_conveyor.Money";
    static components = { DownloadButton, FunnelFilters, FunnelTable, FunnelTiles, Layout };
    static model = "conveyor.money";
    static address = "money-by-source";
    static firstTab = "money_source";
    tiles = TILES;

    // ------------------------------------------------------------- what is shown

    table(key) {
        return this.state.answer.tables.find((table) => table.key === key);
    }

    get summary() {
        return this.table("money_summary");
    }

    get drains() {
        return this.table("money_drain");
    }

    /** What goes down the drain in all, in words. */
    get drained() {
        const [column] = this.drains.columns.filter(({ key }) => key === "amount");
        return write(this.drains, this.drains.total, column);
    }

    get tabs() {
        return this.state.answer.tables.filter(({ key }) => !ABOVE.includes(key));
    }

    get shownTable() {
        return this.tabs.find(({ key }) => key === this.state.tab) || this.tabs[0];
    }

    get isEmpty() {
        return !this.table("money_source").rows.length;
    }

    /** Notes of the tables that are seen, each once; attribution is said above already. */
    get notes() {
        const seen = this.drains.rows.length ? [this.drains, this.shownTable] : [this.shownTable];
        const notes = new Set(seen.flatMap((table) => table.notes));
        notes.delete(this.state.answer.attribution_sentence);
        return [...notes];
    }

    // ------------------------------------------------------------- what it does

    openSpend(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_spend_action", { newWindow });
    }

    enterSpend() {
        return this.action.doAction("sales_conveyor.conveyor_spend_action", { viewType: "form" });
    }

    openRules() {
        return this.action.doAction("sales_conveyor.conveyor_spend_rule_action");
    }
}

registry.category("actions").add("sales_conveyor.money", Money);
