import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { defaultQuery, fromUrl, toFilters, toUrl } from "./funnel_query";
import { dateInWords } from "./funnel_values";

/**
 * A screen of the server's tables for one query, which is kept while the
 * reader follows a number to its records and comes back. A screen with a path
 * keeps its query in the address bar, too.
 */
export class TablesScreen extends Component {
    static props = { ...standardActionServiceProps };
    static model = "";
    static address = ""; // the action's path; by a static "path" Odoo would find the screen and forget the action's name
    static firstTab = "";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.rootRef = useRef("root");
        this.state = useState({
            query: this.firstQuery(),
            tab: this.props.state?.tab || this.constructor.firstTab,
            answer: null,
            error: "",
            isLoading: false,
        });
        useSetupAction({
            rootRef: this.rootRef,
            getLocalState: () => ({ query: this.state.query, tab: this.state.tab }),
        });
        useEffect(() => this.tellUrl(), () => []);
        onWillStart(async () => {
            [this.mayExport] = await Promise.all([user.hasGroup("base.group_allow_export"), this.load()]);
        });
    }

    firstQuery() {
        const { address } = this.constructor;
        const { current } = router;
        const isMine = address && [address, this.props.actionId].includes(current.action);
        if (isMine && !this.props.state?.query) {
            return fromUrl(current);
        }
        return { ...defaultQuery(), ...this.props.state?.query };
    }

    tellUrl() {
        if (this.constructor.address) {
            this.props.updateActionState?.(toUrl(this.state.query));
        }
    }

    get filters() {
        return toFilters(this.state.query);
    }

    async load() {
        this.state.isLoading = true;
        try {
            this.state.answer = await this.keepLast.add(this.orm.call(this.constructor.model, "get_tables", [this.filters]));
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

    /** What the workbook counts. */
    get downloaded() {
        return this.filters;
    }

    get dates() {
        const { date_from, date_to } = this.state.answer.period;
        return date_from || date_to
            ? [dateInWords(date_from) || "…", dateInWords(date_to) || "…"].join(" – ")
            : _t("All time");
    }
}
