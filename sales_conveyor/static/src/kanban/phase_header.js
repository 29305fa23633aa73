import { useState } from "@odoo/owl";
import { CrmKanbanRenderer } from "@crm/views/crm_kanban/crm_kanban_renderer";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/**
 * The pipeline's column headers carry the phase of their section. CRM's own
 * header is patched, not replaced, so that every view that reuses it (the
 * forecast, other modules' kanbans) has it, and other extensions keep working.
 */
patch(CrmKanbanRenderer.components.KanbanHeader.prototype, {
    setup() {
        super.setup(...arguments);
        this.conveyorSections = useService("conveyor_sections");
        this.conveyorState = useState(this.conveyorSections.state);
        if (this.isConveyorColumn) {
            this.conveyorSections.load();
        }
    },

    get isConveyorColumn() {
        const { name, relation } = this.group.groupByField;
        return (
            name === "stage_id" &&
            relation === "crm.stage" &&
            Boolean(this.group.value)
        );
    },

    /** The column's section, empty until sections are read, or false for other columns. */
    get conveyorPhase() {
        if (!this.isConveyorColumn) {
            return false;
        }
        const { sections } = this.conveyorState;
        return sections ? sections.find(({ id }) => id === this.group.value) : {};
    },
});
