import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { drillAction, drillDomain, hint, rowName, write } from "./funnel_values";

/** One number of a table; a button to the leads behind it where there are any. */
export class FunnelFigure extends Component {
    static template = "sales_conveyor.FunnelFigure";
    static props = { table: Object, row: Object, column: Object, label: { type: String, optional: true } };

    setup() {
        this.action = useService("action");
    }

    get text() {
        return write(this.props.table, this.props.row, this.props.column);
    }

    get hint() {
        return hint(this.props.table, this.props.row, this.props.column);
    }

    get title() {
        const { table, row, column, label } = this.props;
        const name = rowName(table, row);
        const measure = label ?? column.label;
        return measure ? _t("%(row)s: %(measure)s", { row: name, measure }) : name;
    }

    /** Nothing and none are shown, but do not ask for attention. */
    get isFaint() {
        return !this.props.row.cells[this.props.column.key];
    }

    get opens() {
        return drillDomain(this.props.table, this.props.row, this.props.column) !== null;
    }

    open(newWindow) {
        const { table, row, column } = this.props;
        return this.action.doAction(drillAction(table, row, column, this.title), { newWindow });
    }
}
