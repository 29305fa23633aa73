import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { FunnelEmpty } from "./funnel_empty";
import { FunnelFilters } from "./funnel_filters";
import { defaultQuery, fromUrl, toFilters, toUrl } from "./funnel_query";
import { FunnelSections } from "./funnel_sections";
import { FunnelTable } from "./funnel_table";
import { FunnelTiles } from "./funnel_tiles";
import { dateInWords } from "./funnel_values";

const PATH = "funnel";
const TABS = ["by_source", "by_salesperson", "by_month", "lost_reasons", "definitions"];

/**
 * The funnel: what the server's tables say, for one query.
 *
 * The query is kept while the reader follows a number to its leads and comes
 * back, and stands in the address bar.
 */
export class Funnel extends Component {
    static template = "sales_conveyor.Funnel";
    static components = { FunnelEmpty, FunnelFilters, FunnelSections, FunnelTable, FunnelTiles, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.rootRef = useRef("root");
        this.state = useState({
            query: this.firstQuery(),
            tab: this.props.state?.tab || TABS[0],
            answer: null,
            error: "",
            isLoading: false,
            isExporting: false,
        });
        useSetupAction({
            rootRef: this.rootRef,
            getLocalState: () => ({ query: this.state.query, tab: this.state.tab }),
        });
        onWillStart(async () => {
            [this.mayExport] = await Promise.all([user.hasGroup("base.group_allow_export"), this.load()]);
        });
        useEffect(() => this.tellUrl(), () => []);
    }

    firstQuery() {
        const { state } = this.props;
        if (state?.query) {
            return { ...defaultQuery(), ...state.query };
        }
        const { current } = router;
        return [PATH, this.props.actionId].includes(current.action) ? fromUrl(current) : defaultQuery();
    }

    tellUrl() {
        this.props.updateActionState?.(toUrl(this.state.query));
    }

    async load() {
        this.state.isLoading = true;
        try {
            const filters = toFilters(this.state.query);
            this.state.answer = await this.keepLast.add(this.orm.call("conveyor.funnel", "get_tables", [filters]));
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || error.message || _t("Unknown error");
        }
        this.state.isLoading = false;
    }

    async update(changes) {
        Object.assign(this.state.query, changes);
        this.tellUrl();
        await this.load();
    }

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

    get dates() {
        const { date_from, date_to } = this.state.answer.period;
        if (!date_from && !date_to) {
            return _t("All time");
        }
        return [dateInWords(date_from) || "…", dateInWords(date_to) || "…"].join(" – ");
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

    async download() {
        this.state.isExporting = true;
        try {
            const filters = toFilters(this.state.query);
            await this.action.doAction(await this.orm.call("conveyor.workbook", "create_from_filters", [filters]));
        } finally {
            this.state.isExporting = false;
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
