import { Component } from "@odoo/owl";

import { FunnelFigure } from "./funnel_figure";
import { dataOf, write } from "./funnel_values";

const HEADINGS = ["section", "phase", "team"];
const PARTS = ["passed", "in_now", "lost"];

function widthOf(value, scale) {
    return `width: ${scale ? (100 * (value || 0)) / scale : 0}%`;
}

/** The funnel itself: a row a section in pipeline order, under its phase. */
export class FunnelSections extends Component {
    static template = "sales_conveyor.FunnelSections";
    static components = { FunnelFigure };
    static props = { table: Object };

    /** Columns of figures, in the server's order. */
    get columns() {
        return this.props.table.columns.filter(({ key }) => !HEADINGS.includes(key));
    }

    get sectionColumn() {
        return this.props.table.columns[0];
    }

    /** Consecutive sections of one phase stand under one heading. */
    get groups() {
        const groups = [];
        for (const row of this.props.table.rows) {
            const phase = this.phaseOf(row);
            if (groups.at(-1)?.phase !== phase) {
                groups.push({ key: row.key, phase, title: row.cells.phase, rows: [] });
            }
            groups.at(-1).rows.push(row);
        }
        return groups;
    }

    /** Teams are named where sections of different teams stand together. */
    get hasTeams() {
        return new Set(this.props.table.rows.map(({ cells }) => cells.team)).size > 1;
    }

    sectionTitle({ cells }) {
        return [cells.section, cells.team].filter(Boolean).join(" · ");
    }

    get legend() {
        return PARTS.map((part) => this.columns.find(({ key }) => key === part)).filter(Boolean);
    }

    data(row, column) {
        return dataOf(row, column);
    }

    /** The technical name of a row's phase; its key is "section:phase". */
    phaseOf(row) {
        return row.key.split(":").at(-1);
    }

    sectionOf(row) {
        return row.key.split(":")[0];
    }

    isText(column) {
        return column.type === "text";
    }

    cellClass(row, column) {
        if (this.isText(column)) {
            return { "o_conveyor_text text-muted": true, o_conveyor_none: !row.cells[column.key] };
        }
        return "text-end text-nowrap";
    }

    /** The longest bar has the full width. */
    get scale() {
        return Math.max(0, ...this.props.table.rows.map(({ cells }) => cells.bar_length));
    }

    bar({ cells }) {
        return {
            reached: widthOf(cells.reached, this.scale),
            parts: PARTS.map((part) => ({ key: part, width: widthOf(cells[part], this.scale) })),
        };
    }

    barTitle(row) {
        const { table } = this.props;
        const columns = table.columns.filter(({ key }) => key === "reached" || PARTS.includes(key));
        return columns.map((column) => `${column.label}: ${write(table, row, column)}`).join("\n");
    }
}
