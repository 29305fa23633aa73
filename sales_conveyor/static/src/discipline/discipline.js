import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { FunnelFilters } from "../funnel/funnel_filters";
import { defaultQuery, toFilters } from "../funnel/funnel_query";
import { FunnelTable } from "../funnel/funnel_table";
import { FunnelTiles } from "../funnel/funnel_tiles";
import { dateInWords } from "../funnel/funnel_values";

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
export class Discipline extends Component {
    static template = "sales_conveyor.Discipline";
    static components = { FunnelFilters, FunnelTable, FunnelTiles, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.rootRef = useRef("root");
        this.tiles = TILES;
        this.state = useState({
            query: { ...defaultQuery(), ...this.props.state?.query },
            tab: this.props.state?.tab || "",
            answer: null,
            error: "",
            isLoading: false,
            isResuming: false,
        });
        useSetupAction({
            rootRef: this.rootRef,
            getLocalState: () => ({ query: this.state.query, tab: this.state.tab }),
        });
        onWillStart(async () => {
            [this.mayExport] = await Promise.all([user.hasGroup("base.group_allow_export"), this.load()]);
        });
    }

    async load() {
        this.state.isLoading = true;
        try {
            const filters = toFilters(this.state.query);
            this.state.answer = await this.keepLast.add(this.orm.call("conveyor.discipline", "get_tables", [filters]));
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || error.message || _t("Unknown error");
        }
        this.state.isLoading = false;
    }

    async update(changes) {
        Object.assign(this.state.query, changes);
        await this.load();
    }

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

    get dates() {
        const { date_from, date_to } = this.state.answer.period;
        return date_from || date_to
            ? [dateInWords(date_from) || "…", dateInWords(date_to) || "…"].join(" – ")
            : _t("All time");
    }

    /** What the reader left behind, as the first thing that he sees. */
    get mine() {
        const { left, value, currency } = this.state.answer.mine;
        if (!left) {
            return _t("You have left no lead behind.");
        }
        return _t("%(count)s of your leads are alive and left behind: %(value)s.", {
            count: formatInteger(left),
            value: formatMonetary(value, { currencyId: currency.id, digits: [16, 0] }),
        });
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

    async download() {
        await this.action.doAction(
            await this.orm.call("conveyor.workbook", "create_from_filters", [toFilters(this.state.query)])
        );
    }

    analyse(newWindow) {
        return this.action.doAction("sales_conveyor.conveyor_discipline_report_action", { newWindow });
    }
}

registry.category("actions").add("sales_conveyor.discipline", Discipline);
