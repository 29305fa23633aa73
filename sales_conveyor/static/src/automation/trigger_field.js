import { useState } from "@odoo/owl";
import { TRIGGER_FILTERS } from "@base_automation/utils";
import { TriggerSelectionField, triggerSelectionField } from "@base_automation/base_automation_trigger_selection_field";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { SelectionField } from "@web/views/fields/selection/selection_field";

// as Odoo groups them, then ours, then whatever another module adds
const GROUPS = [
    {
        label: _t("Values Updated"),
        triggers: ["on_stage_set", "on_user_set", "on_tag_set", "on_state_set", "on_priority_set", "on_archive", "on_unarchive"],
    },
    { label: _t("Customers"), triggers: ["conveyor_rhythm", "conveyor_first_purchase", "conveyor_quality"], model: "res.partner" },
    { label: _t("Touches"), triggers: ["conveyor_touches_out"], model: "crm.lead" },
    { label: _t("Email Events"), triggers: ["on_message_sent", "on_message_received"], isMail: true },
    { label: _t("Timing Conditions"), triggers: ["on_time", "on_time_created", "on_time_updated"] },
    { label: _t("Custom"), triggers: ["on_create", "on_create_or_write", "on_unlink", "on_change"] },
    { label: _t("External"), triggers: ["on_webhook"] },
    { label: _t("Deprecated (do not use)"), triggers: ["on_write"], onlyCurrent: true },
];
const OTHERS = { label: _t("Others"), triggers: [] };

/** The choice of triggers; Odoo's own has a closed list of groups and fails with any trigger that is not in it. */
export class ConveyorTriggerField extends TriggerSelectionField {
    setup() {
        SelectionField.prototype.setup.call(this);
        this.found = useState([]);
        const orm = useService("orm");
        let modelId;
        let fields = [];
        useRecordObserver(async (record) => {
            if (modelId !== record.data.model_id?.id) {
                modelId = record.data.model_id?.id;
                fields = await orm.searchRead(
                    "ir.model.fields",
                    [["model_id", "=", modelId]],
                    ["field_description", "name", "ttype", "relation"]
                );
            }
            this.found.splice(0, this.found.length, ...this.group(record, fields));
        });
    }

    group(record, fields) {
        const current = record.data[this.props.name];
        const choices = new Map();
        for (const [value, label] of record.fields[this.props.name].selection) {
            const group = GROUPS.find((group) => group.triggers.includes(value)) || OTHERS;
            if (value === current || this.fits(value, group, record.data, fields)) {
                choices.set(group, [...(choices.get(group) || []), { value, label }]);
            }
        }
        return [...GROUPS, OTHERS]
            .filter((group) => choices.has(group))
            .map((group) => ({ label: group.label, choices: choices.get(group) }));
    }

    fits(value, group, data, fields) {
        const filter = TRIGGER_FILTERS[value];
        return (
            !group.onlyCurrent &&
            (!group.isMail || data.model_is_mail_thread) &&
            (!group.model || group.model === data.model_name) &&
            (!filter || fields.some(filter))
        );
    }

    get groups() {
        return this.found;
    }
}

registry.category("fields").add("conveyor_trigger_selection", {
    ...triggerSelectionField,
    component: ConveyorTriggerField,
    fieldDependencies: [
        { name: "model_is_mail_thread", type: "boolean" },
        { name: "model_name", type: "char" },
    ],
});
