import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useService } from "@web/core/utils/hooks";

/** The whole workbook of these filters with one click, or a dialog to choose its sheets. */
export class DownloadButton extends Component {
    static template = "sales_conveyor.DownloadButton";
    static components = { Dropdown, DropdownItem };
    static props = { filters: Object, isPrimary: { type: Boolean, optional: true } };
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

    async run(method) {
        this.state.isBusy = true;
        try {
            await this.action.doAction(await this.orm.call("conveyor.workbook", method, [this.props.filters]));
        } finally {
            this.state.isBusy = false;
        }
    }
}
