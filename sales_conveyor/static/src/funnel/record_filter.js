import { Component, onWillStart, onWillUpdateProps, useRef, useState } from "@odoo/owl";
import { CheckboxItem } from "@web/core/dropdown/checkbox_item";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const LIMIT = 12;
const NONE = 0;

/**
 * A drop-down of records to filter by: what is chosen, "none set", and what the
 * search finds. Props: `ids` the chosen ones, where 0 stands for "none set".
 */
export class RecordFilter extends Component {
    static template = "sales_conveyor.RecordFilter";
    static components = { CheckboxItem, Dropdown };
    static props = {
        name: String,
        label: String,
        allLabel: String,
        noneLabel: String,
        resModel: String,
        ids: { type: Array, element: Number },
        domain: { type: Array, optional: true },
        update: Function,
    };
    static defaultProps = { domain: [] };

    setup() {
        this.orm = useService("orm");
        this.names = useService("name");
        this.keepLast = new KeepLast();
        this.inputRef = useRef("search");
        this.navigation = { virtualFocus: true };
        this.state = useState({ found: [], hasMore: false, chosen: [], search: "" });
        this.search = useDebounced(() => this.find(), 200);
        onWillStart(() => this.nameChosen(this.props.ids));
        onWillUpdateProps(({ ids }) => this.nameChosen(ids));
    }

    async nameChosen(ids) {
        const realIds = ids.filter((id) => id !== NONE);
        const names = await this.names.loadDisplayNames(this.props.resModel, realIds);
        this.state.chosen = realIds.map((id) => ({
            id,
            name: typeof names[id] === "string" ? names[id] : _t("No longer there"),
        }));
    }

    async find() {
        const found = await this.keepLast.add(
            this.orm.call(this.props.resModel, "name_search", [], {
                name: this.state.search,
                domain: this.props.domain,
                limit: LIMIT + 1,
            })
        );
        this.state.hasMore = found.length > LIMIT;
        this.state.found = found.slice(0, LIMIT).map(([id, name]) => ({ id, name }));
    }

    onOpened() {
        this.inputRef.el?.focus();
    }

    async beforeOpen() {
        this.state.search = "";
        await this.find();
    }

    /** What the drop-down offers: found records, before them the chosen ones not among them. */
    get options() {
        const foundIds = this.state.found.map(({ id }) => id);
        const others = this.state.search ? [] : this.state.chosen;
        return [...others.filter(({ id }) => !foundIds.includes(id)), ...this.state.found];
    }

    get chosenNames() {
        const none = this.props.ids.includes(NONE) ? [this.props.noneLabel] : [];
        return [...none, ...this.state.chosen.map(({ name }) => name)];
    }

    get summary() {
        const { length } = this.props.ids;
        return length === 1 ? this.chosenNames[0] : String(length);
    }

    isChosen(id) {
        return this.props.ids.includes(id);
    }

    toggle(id) {
        const { ids } = this.props;
        this.props.update(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]);
    }

    clear() {
        this.props.update([]);
    }
}
