import { Component } from "@odoo/owl";

import { FunnelFigure } from "./funnel_figure";
import { dataOf, isNothing, typeOf, write } from "./funnel_values";

/** Columns of shares that are no part of a whole. */
const NO_METER = ["difference", "low", "high", "chance", "change", "return", "growth"];

/** Any table of the server as it is: columns, rows and total. */
export class FunnelTable extends Component {
    static template = "sales_conveyor.FunnelTable";
    static components = { FunnelFigure };
    static props = { table: Object };

    get rows() {
        const { rows, total } = this.props.table;
        return total ? [...rows, total] : rows;
    }

    get nameColumn() {
        return this.props.table.columns[0];
    }

    get columns() {
        return this.props.table.columns.slice(1).filter((column) => !column.under);
    }

    /** The earlier figure that stands under one, if there is any. */
    earlier(row, column) {
        const under = this.props.table.columns.find((other) => other.under === column.key);
        return under && !isNothing(row.cells[under.key]) ? under : false;
    }

    write(row, column) {
        return write(this.props.table, row, column);
    }

    name(row) {
        return write(this.props.table, row, this.nameColumn);
    }

    data(row, column) {
        return dataOf(row, column);
    }

    isText(column) {
        return column.type === "text";
    }

    /** Width of the line under a share, or nothing. */
    meter(row, column) {
        const value = row.cells[column.key];
        const isDrawn = !this.props.table.is_heat && !NO_METER.includes(column.key);
        const isShare = isDrawn && typeOf(row, column) === "percent" && !isNothing(value);
        return isShare ? `width: ${100 * value}%` : false;
    }
}
