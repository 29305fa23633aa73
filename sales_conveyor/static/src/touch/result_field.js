import { registry } from "@web/core/registry";
import { BadgeSelectionField, badgeSelectionField } from "@web/views/fields/badge_selection/badge_selection_field";

/** Results as badges: those that fit the channel, as the field *results* names them. */
export class ResultField extends BadgeSelectionField {
    get options() {
        const fitting = this.props.record.data.results;
        return fitting?.length ? fitting : super.options;
    }
}

registry.category("fields").add("conveyor_result", {
    ...badgeSelectionField,
    component: ResultField,
    supportedTypes: ["selection"],
});
