import { Component, useEffect, useRef } from "@odoo/owl";

/** The queue, by groups; the chosen client stays in sight. */
export class DayList extends Component {
    static template = "sales_conveyor.DayList";
    static props = { items: Array, activeKey: String, open: Function };

    setup() {
        this.rootRef = useRef("root");
        useEffect(
            () => {
                this.rootRef.el?.querySelector(".active")?.scrollIntoView({ block: "nearest" });
            },
            () => [this.props.activeKey, this.props.items],
        );
    }

    /** The clients with the headings of their groups between them. */
    get rows() {
        const rows = [];
        let group = "";
        for (const item of this.props.items) {
            if (item.group !== group) {
                group = item.group;
                rows.push({ key: `group-${group}`, heading: item.group_name, group });
            }
            rows.push({ key: item.key, item });
        }
        return rows;
    }
}
