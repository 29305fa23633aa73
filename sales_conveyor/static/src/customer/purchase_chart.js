/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SCHEME = cookie.get("color_scheme");
const BOUGHT = getColor(1, SCHEME, "odoo");
const EXPECTED = getColor(3, SCHEME, "odoo");
const LINES = getCustomColor(SCHEME, "#d8dadd", "#3C3E4B");
const WORDS = getCustomColor(SCHEME, "#6b7280", "#B1B3BC");

/** Purchases in time, with today and the day on which the next one is expected. */
export class PurchaseChart extends Component {
    static template = "sales_conveyor.PurchaseChart";
    static props = { chart: Object };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const drawn = new Chart(this.canvas.el, this.config);
                return () => drawn.destroy();
            },
            () => [JSON.stringify(this.props.chart)]
        );
    }

    get config() {
        const { purchases, expected, today, first, last } = this.props.chart;
        const bars = { grouped: false, minBarLength: 3, clip: 8 };
        return {
            type: "bar",
            data: {
                datasets: [
                    { ...bars, data: purchases, backgroundColor: BOUGHT, barThickness: 6 },
                    { ...bars, data: expected, backgroundColor: "transparent", borderColor: EXPECTED, borderWidth: 2, barThickness: 9 },
                    { ...bars, data: today, backgroundColor: WORDS, barThickness: 1 },
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                layout: { padding: { left: 6, right: 8 } },
                plugins: { legend: { display: false }, tooltip: { displayColors: false, callbacks: this.words } },
                scales: {
                    x: {
                        type: "time",
                        min: first,
                        max: last,
                        offset: true,
                        time: { minUnit: "day" },
                        grid: { display: false },
                        border: { color: LINES },
                        ticks: { color: WORDS, maxTicksLimit: 6, maxRotation: 0 },
                    },
                    y: { display: false, beginAtZero: true },
                },
            },
        };
    }

    /** A bar says its own words. */
    get words() {
        return { title: () => "", label: ({ raw }) => raw.label };
    }
}

/** The same as a field. */
export class PurchaseChartField extends Component {
    static template = "sales_conveyor.PurchaseChartField";
    static components = { PurchaseChart };
    static props = { ...standardFieldProps };

    get chart() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("conveyor_purchase_chart", { component: PurchaseChartField, supportedTypes: ["json"] });
