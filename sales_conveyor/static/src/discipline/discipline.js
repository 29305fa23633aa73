import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { formatInteger, formatMonetary } from "@web/views/fields/formatters";

import { DownloadButton } from "../funnel/download_button";
import { FunnelFilters } from "../funnel/funnel_filters";
import { FunnelTable } from "../funnel/funnel_table";
import { FunnelTiles } from "../funnel/funnel_tiles";
import { TablesScreen } from "../funnel/tables_screen";

/** Which figure stands large on a tile, and which small under it. */
const TILES = [
    { main: "dropped", small: ["leads"] },
    { main: "early_share", small: ["early"] },
    { main: "left", small: [] },
    { main: "value_left", small: [] },
    { main: "window_share", small: [] },
    { main: "attempt_share", small: ["mean_minutes"] },
];

/** Where touches stop: what the reader left behind himself, then everybody's figures. */
export class Discipline extends TablesScreen {
    static template = "sales_conveyor.Discipline";
    static components = { DownloadButton, FunnelFilters, FunnelTable, FunnelTiles, Layout };
    static model = "conveyor.discipline";
    tiles = TILES;

    // ------------------------------------------------------------- what is shown

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
        return !this.summary.rows.some(({ cells }) => cells.value);
    }

    /** What the reader left behind, as the first thing that he sees. */
    get mine() {
        const { left, value, currency } = this.state.answer.mine;
        if (!left) {
            return _t("You have left no lead behind.");
        }
        const money = formatMonetary(value, { currencyId: currency.id, digits: [16, 0] });
        if (left === 1) {
            return _t("One of your leads is alive and left behind: %(value)s.", { value: money });
        }
        return _t("%(count)s of your leads are alive and left behind: %(value)s.", { count: formatInteger(left), value: money });
    }

    // ------------------------------------------------------------- what it does

    async resume() {
        this.state.isResuming = true;
        try {
            const { params } = await this.orm.call("conveyor.discipline", "resume", []);
            await this.load();
            this.env.services.notification.add(params.message, { type: "success" });
        } finally {
            this.state.isResuming = false;
        }
    }

    analyse(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_discipline_report_action", { newWindow });
    }
}

registry.category("actions").add("sales_conveyor.discipline", Discipline);
