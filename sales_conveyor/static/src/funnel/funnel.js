import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";

import { FunnelEmpty } from "./funnel_empty";
import { DownloadButton } from "./download_button";
import { FunnelFilters } from "./funnel_filters";
import { FunnelSections } from "./funnel_sections";
import { FunnelTable } from "./funnel_table";
import { FunnelTiles } from "./funnel_tiles";
import { TablesScreen } from "./tables_screen";

const TABS = ["by_source", "by_salesperson", "by_month", "lost_reasons", "definitions"];

/** The funnel: what the server's tables say; its query stands in the address bar. */
export class Funnel extends TablesScreen {
    static template = "sales_conveyor.Funnel";
    static components = { DownloadButton, FunnelEmpty, FunnelFilters, FunnelSections, FunnelTable, FunnelTiles, Layout };
    static model = "conveyor.funnel";
    static address = "funnel";
    static firstTab = TABS[0];

    // ------------------------------------------------------------- what is shown

    table(key) {
        return this.state.answer?.tables.find((table) => table.key === key);
    }

    get tabs() {
        return TABS.map((key) => this.table(key)).filter(Boolean);
    }

    get shownTable() {
        return this.table(this.state.tab) || this.tabs[0];
    }

    /** True if no lead counts anywhere: there is nothing to draw. */
    get isEmpty() {
        const figures = ["reached", "passed", "lost", "in_now"];
        const counts = this.table("summary").rows.filter(({ key }) => key === "leads").map(({ cells }) => cells.value);
        const sections = this.table("funnel").rows.flatMap(({ cells }) => figures.map((key) => cells[key]));
        return ![...counts, ...sections].some(Boolean);
    }

    /** Notes of all tables, each once; the way of counting is said above already. */
    get notes() {
        const { tables, counting_sentence } = this.state.answer;
        const notes = new Set(tables.flatMap((table) => table.notes));
        notes.delete(counting_sentence);
        return [...notes];
    }

    // ------------------------------------------------------------- what it does

    onTabKeydown(ev) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
        if (step) {
            const keys = this.tabs.map(({ key }) => key);
            const next = (keys.indexOf(this.state.tab) + step + keys.length) % keys.length;
            this.state.tab = keys[next];
            ev.currentTarget.querySelector(`[data-tab="${keys[next]}"]`).focus();
        }
    }

    /** The same leads in pivot, graph and list; what the screen filters by can be taken off there. */
    analyse(newWindow) {
        const props = {};
        if (this.state.answer) {
            const { drill, columns } = this.table("funnel");
            const reached = columns.find(({ key }) => key === "reached");
            const description = `${this.dates} · ${this.state.answer.counting_label}`;
            props.dynamicFilters = [{ description, domain: [...drill.domain, ...reached.drill] }];
        }
        return this.action.doAction("sales_conveyor.conveyor_funnel_report_action", { newWindow, props });
    }
}

registry.category("actions").add("sales_conveyor.funnel", Funnel);
