import { CrmKanbanDynamicGroupList } from "@crm/views/crm_kanban/crm_kanban_model";
import { patch } from "@web/core/utils/patch";
import { afterMove, beforeMove } from "./after_move";

patch(CrmKanbanDynamicGroupList.prototype, {
    /** A card dragged to another section: say what it left undone, and let go of a lead handed over. */
    async moveRecord(dataRecordId, dataGroupId, refId, targetGroupId) {
        const source = this.groups.find((group) => group.id === dataGroupId);
        const target = this.groups.find((group) => group.id === targetGroupId);
        const isMove =
            source && target && source !== target && source.groupByField.name === "stage_id";
        const record = isMove && source.list.records.find(({ id }) => id === dataRecordId);
        if (!record) {
            return super.moveRecord(...arguments);
        }
        const before = beforeMove(record);
        const result = await super.moveRecord(...arguments);
        if (record.data.stage_id?.id === target.value) {
            const isInSight = await afterMove(record, before, () => record.load());
            if (!isInSight) {
                target._removeRecords([record.id]);
            }
        }
        return result;
    },
});
