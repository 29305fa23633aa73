import { Component, markup, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { DownloadButton } from "../funnel/download_button";
import { FunnelEmpty } from "../funnel/funnel_empty";
import { FunnelFilters } from "../funnel/funnel_filters";
import { defaultQuery, fromUrl, toFilters, toUrl } from "../funnel/funnel_query";
import { FunnelTable } from "../funnel/funnel_table";
import { dateInWords } from "../funnel/funnel_values";
import { DashboardList } from "./dashboard_list";
import { DashboardTiles } from "./dashboard_tiles";
import { SalesChart } from "./sales_chart";

const PATH = "conveyor";
const FIRST = ["top", "belt", "lists"]; // what is read before anything else
const BURNED = "burned"; // a sentence below the lists, which takes longer than they do
const PARTS = { around: ["around", "sources"], sections: [], drivers: ["drivers"], outlook: ["outlook"] }; // of each tab
const FIRST_TAB = "around";
const TABS = {
    around: _t("Around the belt"),
    sections: _t("Sections"),
    drivers: _t("What 10 % more would bring"),
    outlook: _t("Whoever leaves"),
};

/**
 * Where the money leaks: the owner's one page.
 *
 * Every part is read in a call of its own and shown as soon as it is there;
 * the query stands in the address, so that a link shows the same.
 */
export class Dashboard extends Component {
    static template = "sales_conveyor.Dashboard";
    static components = { DownloadButton, DashboardList, DashboardTiles, FunnelEmpty, FunnelFilters, FunnelTable, Layout, SalesChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.rootRef = useRef("root");
        this.keepers = {};
        this.state = useState({
            query: this.firstQuery(),
            tab: this.firstTab(),
            parts: {},
            errors: {},
            loading: {},
        });
        useSetupAction({
            rootRef: this.rootRef,
            getLocalState: () => ({ query: this.state.query, tab: this.state.tab }),
        });
        onWillStart(async () => {
            this.mayExport = await user.hasGroup("base.group_allow_export");
        });
        useEffect(
            () => {
                this.tellUrl();
                this.loadAll();
            },
            () => [],
        );
    }

    /** What the address asks for, if it is that of this page. */
    get address() {
        const { current } = router;
        return [PATH, this.props.actionId].includes(current.action) ? current : {};
    }

    firstQuery() {
        if (this.props.state?.query) {
            return { ...defaultQuery(), ...this.props.state.query };
        }
        return fromUrl({ period: "this_month", ...this.address });
    }

    firstTab() {
        return [this.props.state?.tab, this.address.tab].find((tab) => tab in TABS) || FIRST_TAB;
    }

    tellUrl() {
        const { query, tab } = this.state;
        this.props.updateActionState?.({ ...toUrl(query), period: query.period, tab: tab === FIRST_TAB ? undefined : tab });
    }

    // ------------------------------------------------------------- loading

    loadAll() {
        this.state.parts = {};
        return Promise.all(FIRST.map((name) => this.load(name))).then(() => Promise.all([this.load(BURNED), this.loadTab()]));
    }

    /** What stands behind comes after the first paint, so as not to hold it up. */
    loadTab() {
        const missing = PARTS[this.state.tab].filter((name) => !this.state.parts[name] && !this.state.loading[name]);
        return Promise.all(missing.map((name) => this.load(name)));
    }

    async load(name) {
        this.keepers[name] = this.keepers[name] || new KeepLast();
        this.state.loading[name] = true;
        const call = this.orm.silent.call("conveyor.dashboard", "get_part", [name, this.filters]);
        try {
            this.state.parts[name] = await this.keepers[name].add(call);
            delete this.state.errors[name];
        } catch (error) {
            this.state.errors[name] = error.data?.message || error.message || _t("Unknown error");
        }
        this.state.loading[name] = false;
    }

    /** What happened in the period is counted: the way of counting is no choice here. */
    get filters() {
        const { counting, ...filters } = toFilters(this.state.query);
        return filters;
    }

    get downloaded() {
        return { ...this.filters, counting: "period" };
    }

    async update(changes) {
        Object.assign(this.state.query, changes);
        this.tellUrl();
        await this.loadAll();
    }

    async choose(tab) {
        this.state.tab = tab;
        this.tellUrl();
        await this.loadTab();
    }

    /** Arrows go from tab to tab. */
    onTabKeydown(ev) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
        if (step) {
            const keys = Object.keys(TABS);
            const next = keys[(keys.indexOf(this.state.tab) + step + keys.length) % keys.length];
            ev.currentTarget.querySelector(`[data-tab="${next}"]`).focus();
            return this.choose(next);
        }
    }

    // ------------------------------------------------------------- what is shown

    get tabs() {
        return Object.entries(TABS).map(([key, title]) => ({ key, title }));
    }

    get dates() {
        const { days } = this.state.parts.top;
        return [dateInWords(days.from) || "…", dateInWords(days.to)].join(" – ");
    }

    get datesBefore() {
        const { days } = this.state.parts.top;
        return days.before_from ? [dateInWords(days.before_from), dateInWords(days.before_to)].join(" – ") : "";
    }

    /** The server's own drawing, of labels that it has escaped. */
    get picture() {
        return markup(this.state.parts.belt.svg);
    }

    /** The figures of the sections come with the belt. */
    get shown() {
        const { belt } = this.state.parts;
        return this.isOfBelt ? belt && { tables: [belt.table] } : this.state.parts[this.state.tab];
    }

    get partsOfTab() {
        return PARTS[this.state.tab];
    }

    get chart() {
        const { chart } = this.shown;
        return chart?.rows.length ? chart : false;
    }

    get sources() {
        return this.state.tab === "around" && this.state.parts.sources;
    }

    /** Tables of the tab, those of its later parts behind. */
    get tables() {
        return [...this.shown.tables, ...(this.sources ? this.sources.tables : [])];
    }

    /** What to do where a tab has nothing to show. */
    get nothing() {
        return {
            around: _t("Nothing is known yet: create leads in the pipeline, confirm orders, log touches. Or choose another period."),
            sections: _t("No client moved in this time. Choose another period, or create leads in the pipeline."),
            drivers: _t("Nobody came and nobody bought again in this period: choose a longer one. Visitors are counted under Conveyor, Counters."),
            outlook: _t("No customer has changed in this period: choose a longer one. Customers appear with their first confirmed order."),
        }[this.state.tab];
    }

    get isOfBelt() {
        return this.state.tab === "sections";
    }

    // ------------------------------------------------------------- what it does

    openList(list, newWindow) {
        return this.action.doAction(list.action, { newWindow });
    }

    enterSpend(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_spend_action", { newWindow });
    }

    openMoney(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_money_action", { newWindow });
    }

    openAssigned(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_assignment_action", { newWindow });
    }

    handOver() {
        return this.action.doAction("sales_conveyor.conveyor_handover_action", { onClose: () => this.load("outlook") });
    }

    print() {
        window.print();
    }
}

registry.category("actions").add("sales_conveyor.dashboard", Dashboard);
