import { Component } from "@odoo/owl";

import { FunnelFigure } from "../funnel/funnel_figure";
import { dataOf, isNothing, write } from "../funnel/funnel_values";

/** Figures of several tables as tiles, each beside that of the period before. */
export class DashboardTiles extends Component {
    static template = "sales_conveyor.DashboardTiles";
    static components = { FunnelFigure };
    static props = { tables: Array, before: String };

    get tiles() {
        return this.props.tables.flatMap((table) => table.rows.map((row) => ({ table, row })));
    }

    column({ table }, key) {
        return table.columns.find((column) => column.key === key);
    }

    label({ row }) {
        return row.cells.figure;
    }

    data({ row, table }) {
        return dataOf(row, this.column({ table }, "value"));
    }

    write({ table, row }, key) {
        return write(table, row, this.column({ table }, key));
    }

    has({ row }, key) {
        return !isNothing(row.cells[key]);
    }

    /** A sign beside the colour: colour alone says nothing to many. */
    sign({ row }) {
        const { change } = row.cells;
        return change > 0 ? "▲" : change < 0 ? "▼" : "";
    }

    tone({ row }) {
        const { change } = row.cells;
        return change > 0 ? "text-success" : change < 0 ? "text-danger" : "text-muted";
    }
}
