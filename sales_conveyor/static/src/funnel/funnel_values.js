import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import {
    formatDateTime,
    formatFloat,
    formatInteger,
    formatMonetary,
    formatPercentage,
} from "@web/views/fields/formatters";

/**
 * How one cell of a server's table is written and what it opens.
 * Nothing is computed here: a value is shown, or it is a dash.
 */

export const NOTHING = "–";

const MONTH = { month: "short", year: "numeric" };
const DAY = { day: "numeric", month: "short", year: "numeric" };

const WRITERS = {
    text: (value) => value,
    integer: (value) => formatInteger(value),
    decimal: (value) => formatFloat(value, { digits: [16, 1] }),
    days: (value) => formatFloat(value, { digits: [16, 1] }),
    percent: (value) => formatPercentage(value, { digits: [16, 1] }),
    money: (value, { currency }) => formatMonetary(value, { currencyId: currency?.id, digits: [16, 0] }),
    date: (value, { key }) => deserializeDate(value).toLocaleString(key === "month" ? MONTH : DAY),
    datetime: (value) => formatDateTime(deserializeDateTime(value)),
};

/** Money to the last digit, for the tooltip of a rounded one. */
function exactMoney(value, currency) {
    return formatMonetary(value, { currencyId: currency?.id });
}

/** @returns {string} ISO date in words of the user's language */
export function dateInWords(value) {
    return value ? deserializeDate(value).toLocaleString(DAY) : "";
}

/** The cell's own type, else its column's; the name of a total is a word in any column. */
export function typeOf(row, column) {
    const isWord = row.kind === "total" && ["date", "datetime"].includes(column.type);
    return row.types[column.key] || (isWord ? "text" : column.type);
}

export function isNothing(value) {
    return value === null || value === undefined || value === "";
}

/** @returns {*} the value of a cell as an attribute may carry it; none where there is nothing */
export function dataOf(row, column) {
    const value = row.cells[column.key];
    return isNothing(value) ? undefined : value;
}

/** @returns {string} the cell in the user's language, a dash where there is nothing */
export function write(table, row, column) {
    const value = row.cells[column.key];
    const type = typeOf(row, column);
    if (isNothing(value)) {
        return row.kind === "total" && type === "text" ? "" : NOTHING;
    }
    return WRITERS[type](value, { key: column.key, currency: table.currency });
}

/** @returns {string} what the tooltip of a cell adds to it */
export function hint(table, row, column) {
    const value = row.cells[column.key];
    const type = typeOf(row, column);
    if (isNothing(value)) {
        return column.key === "before" && column.note ? column.note : _t("Nothing to count");
    }
    return { money: exactMoney(value, table.currency), text: value }[type] || "";
}

/** What a cell opens: the row's own, where rows or columns differ in that, else the table's. */
function drillBase(table, row, column) {
    return row.bases?.[column.key] || table.drill;
}

/** @returns {Array|null} domain of the records behind a cell, null if it opens none */
export function drillDomain(table, row, column) {
    const own = row.drills[column.key];
    const leaves = own === undefined ? column.drill : own;
    const base = drillBase(table, row, column);
    if (!base || !leaves || !row.cells[column.key]) {
        return null;
    }
    const domain = [...base.domain, ...row.domain, ...leaves];
    return base.field ? [[base.field, "any", domain]] : domain;
}

/** @returns {Object} window action that lists the records behind a cell */
export function drillAction(table, row, column, title) {
    const base = drillBase(table, row, column);
    return {
        type: "ir.actions.act_window",
        name: title,
        res_model: base.model,
        views: [[false, "list"], [false, "kanban"], [false, "graph"], [false, "pivot"], [false, "form"]],
        domain: drillDomain(table, row, column),
        context: { ...base.context, create: false },
        target: "current",
    };
}

/** Columns that name a row; the first one where a table is not listed. */
const NAME_COLUMNS = { lost_reasons: ["section", "reason"] };

/** @returns {string} the row's own name, e.g. of a section or a source */
export function rowName(table, row) {
    if (row.kind === "total") {
        return table.title;
    }
    const keys = NAME_COLUMNS[table.key] || [table.columns[0].key];
    const columns = table.columns.filter(({ key }) => keys.includes(key));
    return columns.map((column) => write(table, row, column)).join(" · ");
}
