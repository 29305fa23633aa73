import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";

import { DownloadButton } from "../funnel/download_button";
import { FunnelFilters } from "../funnel/funnel_filters";
import { FunnelTable } from "../funnel/funnel_table";
import { FunnelTiles } from "../funnel/funnel_tiles";
import { TablesScreen } from "../funnel/tables_screen";

/** Which figure stands large on a tile, and which small under it. */
const TILES = [
    { main: "customers", small: ["new", "steady"] },
    { main: "money_at_risk", small: [] },
    { main: "late", small: [] },
    { main: "sleeping", small: [] },
    { main: "lost", small: [] },
    { main: "revenue_total", small: ["average_check"] },
    { main: "revenue_year", small: ["growth", "revenue_before"] },
];

/** Customers by rhythm as figures: as of today, and how their status changed month by month. */
export class Customers extends TablesScreen {
    static template = "sales_conveyor.Customers";
    static components = { DownloadButton, FunnelFilters, FunnelTable, FunnelTiles, Layout };
    static model = "conveyor.rhythm.tables";
    tiles = TILES;

    get summary() {
        return this.state.answer.tables[0];
    }

    get tabs() {
        return this.state.answer.tables.slice(1);
    }

    get shownTable() {
        return this.tabs.find(({ key }) => key === this.state.tab) || this.tabs[0];
    }

    get isEmpty() {
        return !this.tabs.some(({ rows }) => rows.length);
    }

    openList(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_rhythm_action", { newWindow });
    }
}

registry.category("actions").add("sales_conveyor.customers", Customers);
