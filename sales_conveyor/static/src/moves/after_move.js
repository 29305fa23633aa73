import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";

const GATE_ERROR = "odoo.addons.sales_conveyor.exceptions.GateError";
const NOTICE_DELAY = 12000;

/** Whether the server held a lead back because required work is missing. */
export function isGateError(error) {
    return error instanceof RPCError && error.exceptionName === GATE_ERROR;
}

/**
 * What a lead was before a move, to tell afterwards what the move did.
 *
 * @param {Object} record the lead's datapoint
 */
export function beforeMove(record) {
    return { stageId: record.data.stage_id?.id, userId: record.data.user_id?.id };
}

/**
 * Tell the user what his move has left undone, and to whom it gave the lead.
 * Asks the server only where a section with standard work was left.
 *
 * @param {Object} record the lead's datapoint, saved and read back
 * @param {{stageId: number, userId: number}} before
 * @param {Function} reload called after something was filled in
 */
export async function afterMove(record, before, reload) {
    const { services } = record.model.env;
    const { stage_id: stage, user_id: user, is_in_sight: isInSight } = record.data;
    if (user && user.id !== before.userId) {
        services.notification.add(_t("Handed over to %(user)s.", { user: user.display_name }), {
            title: record.data.name,
            type: "success",
            className: "o_conveyor_notice",
        });
    }
    if (isInSight === false) {
        return;
    }
    await services.conveyor_sections.load();
    if (services.conveyor_sections.leavesWork(before.stageId, stage?.id)) {
        await remind(record, services, reload);
    }
}

async function remind(record, { orm, notification, action }, reload) {
    const notice = await orm.silent.call("crm.lead", "get_move_notice", [[record.resId]]);
    if (!notice) {
        return;
    }
    const close = notification.add(_t("Missing: %(work)s", { work: notice.names.join(", ") }), {
        title: record.data.name,
        type: "warning",
        className: "o_conveyor_notice",
        autocloseDelay: NOTICE_DELAY,
        buttons: [
            {
                name: _t("Fill in"),
                primary: true,
                onClick: async () => {
                    close();
                    const fill = await orm.call("crm.lead", "action_fill_work", [
                        [notice.lead_id],
                        notice.item_ids,
                    ]);
                    action.doAction(fill, { onClose: reload });
                },
            },
        ],
    });
}
