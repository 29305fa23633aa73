import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { ViewButton } from "@web/views/view_button/view_button";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** *Try again Thursday*: the button of the Lost dialog that says the proposed day. */
export class AgainButton extends Component {
    static template = "sales_conveyor.AgainButton";
    static components = { ViewButton };
    static props = { ...standardWidgetProps };

    get clickParams() {
        return { name: "action_try_again", type: "object" };
    }
}

registry.category("view_widgets").add("conveyor_again", { component: AgainButton });
