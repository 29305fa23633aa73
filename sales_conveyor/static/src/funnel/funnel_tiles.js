import { Component } from "@odoo/owl";

import { FunnelFigure } from "./funnel_figure";
import { dataOf } from "./funnel_values";

/** Which figure of the summary stands large on a tile, and which small under it. */
const TILES = [
    { main: "leads", small: ["archived"] },
    { main: "won", small: ["value_won"] },
    { main: "lost", small: ["value_lost"] },
    { main: "open", small: ["value_open"] },
    { main: "win_rate", small: ["won_first", "won_repeat"] },
    { main: "median_days_won", small: ["mean_days_won"] },
    { main: "median_days_lost", small: ["mean_days_lost"] },
    { main: "touches", small: [] },
];
const SELF_EXPLAINING = ["value_won", "value_lost", "value_open"];

/** The summary as tiles, each with its main figure and what belongs to it. */
export class FunnelTiles extends Component {
    static template = "sales_conveyor.FunnelTiles";
    static components = { FunnelFigure };
    static props = { table: Object, tiles: { type: Array, optional: true } };
    static defaultProps = { tiles: TILES };

    get column() {
        return this.props.table.columns.find(({ key }) => key === "value");
    }

    label(row) {
        return row.cells[this.props.table.columns[0].key];
    }

    data(row) {
        return dataOf(row, this.column);
    }

    /** The definition of a figure, for the tooltip. */
    note(row) {
        return row.note || this.label(row);
    }

    get tiles() {
        const rows = new Map(this.props.table.rows.map((row) => [row.key, row]));
        const tiles = this.props.tiles.filter(({ main }) => rows.has(main)).map(({ main, small }) => ({
            row: rows.get(main),
            small: small.map((key) => rows.get(key)).filter(Boolean),
        }));
        const shown = this.props.tiles.flatMap(({ main, small }) => [main, ...small]);
        const others = this.props.table.rows.filter(({ key }) => !shown.includes(key));
        return [...tiles, ...others.map((row) => ({ row, small: [] }))];
    }

    hasLabel(row) {
        return !SELF_EXPLAINING.includes(row.key);
    }
}
