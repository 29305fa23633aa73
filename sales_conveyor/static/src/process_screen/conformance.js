import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { FunnelTiles } from "../funnel/funnel_tiles";
import { dateInWords } from "../funnel/funnel_values";
import { Tables } from "./process_tables";

const { DateTime } = luxon;
const TILES = [
    { main: "leads", small: [] },
    { main: "fitting", small: [] },
    { main: "deviating", small: [] },
    { main: "share", small: ["low", "high"] },
];

/** How many leads of a period went the documented way, how the others went, and by whom. */
export class Conformance extends Component {
    static template = "sales_conveyor.Conformance";
    static components = { FunnelTiles, Tables };
    static props = { ...standardWidgetProps };
    tiles = TILES;
    months = [
        [1, _t("Last month")],
        [3, _t("Last 3 months")],
        [12, _t("Last 12 months")],
    ];

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ months: 3, answer: null, error: "", isLoading: false });
        onWillStart(() => this.load());
    }

    async load() {
        this.state.isLoading = true;
        const today = DateTime.local();
        const first = today.minus({ months: this.state.months }).plus({ days: 1 });
        try {
            this.state.answer = await this.keepLast.add(
                this.orm.call("conveyor.process", "get_conformance", [[this.props.record.resId]], {
                    date_from: serializeDate(first),
                    date_to: serializeDate(today),
                })
            );
            this.state.error = "";
        } catch (error) {
            this.state.error = error.data?.message || error.message || _t("Unknown error");
        }
        this.state.isLoading = false;
    }

    async choose(months) {
        this.state.months = months;
        await this.load();
    }

    get dates() {
        const { date_from, date_to } = this.state.answer;
        return `${dateInWords(date_from)} – ${dateInWords(date_to)}`;
    }
}

registry.category("view_widgets").add("conveyor_conformance", { component: Conformance });
