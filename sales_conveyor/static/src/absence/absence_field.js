import { registry } from "@web/core/registry";
import { BadgeSelectionField, badgeSelectionField } from "@web/views/fields/badge_selection/badge_selection_field";

/** Why a customer stays away: one click notes it, a second one takes it back. */
export class AbsenceField extends BadgeSelectionField {
    async onChange(value) {
        super.onChange(value === this.value ? false : value);
        await this.props.record.save();
    }
}

registry.category("fields").add("conveyor_absence", { ...badgeSelectionField, component: AbsenceField });
