/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { useService } from "@web/core/utils/hooks";

import { drillAction, drillDomain, write } from "../funnel/funnel_values";

const SCHEME = cookie.get("color_scheme");
const LINES = getCustomColor(SCHEME, "#d8dadd", "#3C3E4B");
const WORDS = getCustomColor(SCHEME, "#6b7280", "#B1B3BC");
const BARS = [
    { key: "first", money: "first_money", color: getColor(1, SCHEME, "odoo") },
    { key: "repeat", money: "repeat_money", color: getColor(3, SCHEME, "odoo") },
];

/** First and repeat sales by month: the server's table as bars; a bar opens its leads. */
export class SalesChart extends Component {
    static template = "sales_conveyor.SalesChart";
    static props = { table: Object };

    setup() {
        this.action = useService("action");
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const drawn = new Chart(this.canvas.el, this.config);
                return () => drawn.destroy();
            },
            () => [JSON.stringify(this.props.table)]
        );
    }

    column(key) {
        return this.props.table.columns.find((column) => column.key === key);
    }

    write(row, key) {
        return write(this.props.table, row, this.column(key));
    }

    get config() {
        const { rows } = this.props.table;
        const axis = { border: { color: LINES }, ticks: { color: WORDS, precision: 0 } };
        return {
            type: "bar",
            data: {
                labels: rows.map((row) => this.write(row, "month")),
                datasets: BARS.map(({ key, color }) => ({
                    label: this.column(key).label,
                    data: rows.map((row) => row.cells[key]),
                    backgroundColor: color,
                    maxBarThickness: 28,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                onClick: (ev, bars) => this.open(bars[0]),
                onHover: (ev, bars) => (ev.native.target.style.cursor = bars.length ? "pointer" : ""),
                plugins: {
                    legend: { position: "bottom", labels: { color: WORDS, boxWidth: 12 } },
                    tooltip: { callbacks: { label: ({ datasetIndex, dataIndex }) => this.words(rows[dataIndex], BARS[datasetIndex]) } },
                },
                scales: { x: { ...axis, grid: { display: false } }, y: { ...axis, beginAtZero: true, grid: { color: LINES } } },
            },
        };
    }

    /** Number and money, as they are written in the table. */
    words(row, { key, money }) {
        return `${this.column(key).label}: ${this.write(row, key)}, ${this.write(row, money)}`;
    }

    /** The same for whoever does not see bars. */
    get spoken() {
        const month = (row) => BARS.map((bar) => this.words(row, bar)).join("; ");
        return this.props.table.rows.map((row) => `${this.write(row, "month")}: ${month(row)}`).join(". ");
    }

    open(bar) {
        if (!bar) {
            return;
        }
        const { table } = this.props;
        const row = table.rows[bar.index];
        const column = this.column(BARS[bar.datasetIndex].key);
        if (drillDomain(table, row, column)) {
            return this.action.doAction(drillAction(table, row, column, `${this.write(row, "month")}: ${column.label}`));
        }
    }
}
