import { Component } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";

import { COUNTINGS, CUSTOM, isFiltered, periodDates, PERIODS, withoutFilters } from "./funnel_query";
import { RecordFilter } from "./record_filter";

const RECORD_FILTERS = [
    {
        name: "team_ids",
        resModel: "crm.team",
        label: _t("Team"),
        allLabel: _t("All teams"),
        noneLabel: _t("No team"),
    },
    {
        name: "user_ids",
        resModel: "res.users",
        domain: [["share", "=", false]],
        label: _t("Salesperson"),
        allLabel: _t("All salespeople"),
        noneLabel: _t("Unassigned"),
    },
    {
        name: "source_ids",
        resModel: "utm.source",
        label: _t("Source"),
        allLabel: _t("All sources"),
        noneLabel: _t("No source"),
    },
    {
        name: "campaign_ids",
        resModel: "utm.campaign",
        label: _t("Campaign"),
        allLabel: _t("All campaigns"),
        noneLabel: _t("No campaign"),
    },
];

/** The companies one works in at the moment, where they are several. */
const COMPANY_FILTER = {
    name: "company_ids",
    resModel: "res.company",
    label: _t("Company"),
    allLabel: _t("All companies"),
    noneLabel: "",
};

const SALE_KINDS = [
    { key: false, label: _t("First and repeat") },
    { key: "first", label: _t("First sales") },
    { key: "repeat", label: _t("Repeat sales") },
];

/** Period, counting and filters; every change is told by `update(changes)`. */
export class FunnelFilters extends Component {
    static template = "sales_conveyor.FunnelFilters";
    static components = { DateTimeInput, Dropdown, DropdownItem, RecordFilter };
    static props = {
        query: Object,
        update: Function,
        hasCounting: { type: Boolean, optional: true },
        hasSaleKind: { type: Boolean, optional: true },
        recordFilters: { type: Array, optional: true },
    };
    static defaultProps = { hasCounting: true, hasSaleKind: true, recordFilters: RECORD_FILTERS };

    setup() {
        this.periods = PERIODS;
        this.countings = COUNTINGS;
        this.saleKinds = SALE_KINDS;
        const ids = user.activeCompanies.map(({ id }) => id);
        this.companyFilters = ids.length > 1 ? [{ ...COMPANY_FILTER, domain: [["id", "in", ids]] }] : [];
    }

    get recordFilters() {
        return [...this.props.recordFilters, ...this.companyFilters];
    }

    get periodLabel() {
        const period = PERIODS.find(({ key }) => key === this.props.query.period);
        return period ? period.label : _t("Custom period");
    }

    get saleKindLabel() {
        return SALE_KINDS.find(({ key }) => key === this.props.query.sale_kind).label;
    }

    get isCustom() {
        return this.props.query.period === CUSTOM;
    }

    get isFiltered() {
        return isFiltered(this.props.query);
    }

    date(name) {
        const value = this.props.query[name];
        return value ? deserializeDate(value) : false;
    }

    /** A custom period begins with the dates of the one shown. */
    onCustom() {
        this.props.update({ ...periodDates(this.props.query), period: CUSTOM });
    }

    onDate(name, value) {
        this.props.update({ [name]: value ? serializeDate(value) : false });
    }

    onClear() {
        this.props.update(withoutFilters());
    }
}
