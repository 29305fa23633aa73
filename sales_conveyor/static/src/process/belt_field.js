import { Component, markup } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const NARROWEST = 0.9;

/**
 * A process as a belt. The server draws it (engine/belt.py) and escapes every
 * label, so it goes into the page as it is.
 */
export class Belt extends Component {
    static template = "sales_conveyor.Belt";
    static props = { svg: { type: String, optional: true } };

    get picture() {
        return markup(this.props.svg || "");
    }

    /** As wide as it was drawn, or a little narrower where that saves scrolling. */
    get style() {
        const width = Number(/^<svg[^>]* width="([\d.]+)"/.exec(this.props.svg)?.[1]);
        return width ? `max-width: ${width}px; min-width: ${width * NARROWEST}px` : "";
    }
}

export class BeltField extends Component {
    static template = "sales_conveyor.BeltField";
    static components = { Belt };
    static props = { ...standardFieldProps };

    get svg() {
        return this.props.record.data[this.props.name] || "";
    }
}

registry.category("fields").add("conveyor_belt", { component: BeltField, supportedTypes: ["text"] });
