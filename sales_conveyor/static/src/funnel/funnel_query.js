import { serializeDate, today } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/**
 * What the reader asks for: period, counting and filters of the funnel, as
 * plain values that fit in the address bar. Id 0 stands for "none set".
 */

const IDS = ["team_ids", "user_ids", "source_ids", "campaign_ids", "company_ids"];
const DATES = ["date_from", "date_to"];
const SALE_KINDS = ["first", "repeat"];

/** Whole months, so that the server can read its monthly sums. */
const RANGES = {
    last_12_months: (now) => [now.startOf("month").minus({ months: 11 }), now.endOf("month")],
    this_month: (now) => [now.startOf("month"), now.endOf("month")],
    this_quarter: (now) => [now.startOf("quarter"), now.endOf("quarter")],
    this_year: (now) => [now.startOf("year"), now.endOf("year")],
    all_time: () => [null, null],
};

export const CUSTOM = "custom";

export const PERIODS = [
    { key: "this_month", label: _t("This month") },
    { key: "this_quarter", label: _t("This quarter") },
    { key: "this_year", label: _t("This year") },
    { key: "last_12_months", label: _t("Last 12 months") },
    { key: "all_time", label: _t("All time") },
];

export const COUNTINGS = [
    {
        key: "cohort",
        label: _t("Cohort"),
        help: _t("Leads created in the period, wherever they have got to since"),
    },
    {
        key: "period",
        label: _t("Period"),
        help: _t("What happened in the period, whenever the leads were created"),
    },
];

const DEFAULTS = {
    period: "last_12_months",
    date_from: false,
    date_to: false,
    counting: "cohort",
    team_ids: [],
    user_ids: [],
    source_ids: [],
    campaign_ids: [],
    company_ids: [],
    sale_kind: false,
};

/** @returns {Object} the query that the screen opens with */
export function defaultQuery() {
    return structuredClone(DEFAULTS);
}

/** @returns {Object} the changes that take every filter but the period away */
export function withoutFilters() {
    return Object.fromEntries([...IDS.map((key) => [key, []]), ["sale_kind", false]]);
}

/** @returns {boolean} whether anything but the period narrows the query */
export function isFiltered(query) {
    return Boolean(query.sale_kind) || IDS.some((key) => query[key].length);
}

/** @returns {{date_from: string|false, date_to: string|false}} ISO dates of the query's period */
export function periodDates(query, now = today()) {
    if (query.period === CUSTOM) {
        return { date_from: query.date_from, date_to: query.date_to };
    }
    const [from, to] = RANGES[query.period](now);
    return { date_from: from ? serializeDate(from) : false, date_to: to ? serializeDate(to) : false };
}

/** @returns {Object} the filters of `conveyor.funnel`, only those that are set */
export function toFilters(query) {
    const filters = { ...periodDates(query), counting: query.counting };
    for (const key of IDS) {
        if (query[key].length) {
            filters[key] = [...query[key]];
        }
    }
    if (query.sale_kind) {
        filters.sale_kind = query.sale_kind;
    }
    return filters;
}

/** The query as keys of the address bar; what is as usual is left out. */
export function toUrl(query) {
    const entries = Object.entries(DEFAULTS).map(([key, usual]) => {
        const value = query[key];
        if (Array.isArray(value)) {
            return [key, value.length ? value.join("-") : undefined];
        }
        return [key, value === usual || !value ? undefined : value];
    });
    return Object.fromEntries(entries);
}

/** The query that the keys of the address bar mean; anything unknown there is ignored. */
export function fromUrl(state) {
    const query = defaultQuery();
    for (const key of IDS) {
        const ids = String(state[key] ?? "").split("-");
        query[key] = ids.filter((id) => /^\d+$/.test(id)).map(Number);
    }
    for (const key of DATES) {
        query[key] = /^\d{4}-\d{2}-\d{2}$/.test(state[key]) ? state[key] : false;
    }
    if (state.period in RANGES || state.period === CUSTOM) {
        query.period = state.period;
    }
    if (COUNTINGS.some(({ key }) => key === state.counting)) {
        query.counting = state.counting;
    }
    if (SALE_KINDS.includes(state.sale_kind)) {
        query.sale_kind = state.sale_kind;
    }
    return query;
}
