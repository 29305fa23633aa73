import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/** How many clients stand where, and what saving means for them. */
export class ChangeDialog extends Component {
    static template = "sales_conveyor.ChangeDialog";
    static components = { Dialog };
    static props = { preview: Object, onConfirm: Function, close: Function };

    confirm() {
        this.props.onConfirm();
        this.props.close();
    }
}
