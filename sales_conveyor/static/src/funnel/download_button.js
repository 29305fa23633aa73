import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useService } from "@web/core/utils/hooks";

/** The whole workbook of these filters with one click; a dialog to choose its sheets; a report set that sends it. */
export class DownloadButton extends Component {
    static template = "sales_conveyor.DownloadButton";
    static components = { Dropdown, DropdownItem };
    static props = { filters: Object, period: { type: String, optional: true }, isPrimary: { type: Boolean, optional: true } };
    static defaultProps = { isPrimary: true };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ isBusy: false });
    }

    get look() {
        return this.props.isPrimary ? "btn-primary" : "btn-secondary";
    }

    download() {
        return this.run("create_from_filters");
    }

    choose() {
        return this.run("open_from_filters");
    }

    /** A report set of these filters, to be sent every week or month. */
    mail() {
        return this.run("open_from_filters", "conveyor.report.set", this.props.period);
    }

    async run(method, model = "conveyor.workbook", ...more) {
        this.state.isBusy = true;
        try {
            await this.action.doAction(await this.orm.call(model, method, [this.props.filters, ...more]));
        } finally {
            this.state.isBusy = false;
        }
    }
}
