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
 * Asks the server only after a hand-over, and where a section with standard
 * work was left.
 *
 * @param {Object} record the lead's datapoint, saved and read back
 * @param {{stageId: number, userId: number}} before
 * @param {Function} reload called after something was filled in
 * @returns {Promise<boolean>} false when the lead went out of the user's sight
 */
export async function afterMove(record, before, reload) {
    const { services } = record.model.env;
    const { stage_id: stage, user_id: user, name } = record.data;
    if (user && user.id !== before.userId) {
        services.notification.add(_t("Handed over to %(user)s.", { user: user.display_name }), {
            title: name,
            type: "success",
            className: "o_conveyor_notice",
        });
        if (!(await inSight(services.orm, [record.resId])).length) {
            return false;
        }
    }
    await services.conveyor_sections.load();
    if (services.conveyor_sections.leavesWork(before.stageId, stage?.id)) {
        await remind(services, { id: record.resId, name }, reload);
    }
    return true;
}

/** Which of these leads, lost ones included, the user may see. */
export function inSight(orm, ids) {
    const context = { active_test: false };
    return orm.silent.search("crm.lead", [["id", "in", ids]], { context });
}

/**
 * Name the work that a move has just left undone, and offer to fill it in there.
 *
 * @param {Object} services of the environment
 * @param {{id: number, name: string}} lead
 * @param {Function} [reload] shows the lead as it is after that
 */
export async function remind({ orm, notification, action }, lead, reload = softReload(action)) {
    const notice = await orm.silent.call("crm.lead", "get_move_notice", [[lead.id]]);
    if (!notice) {
        return;
    }
    const fillIn = async () => {
        close();
        const form = await orm.call("crm.lead", "action_fill_work", [[lead.id], notice.item_ids]);
        await action.doAction(form, { onClose: reload });
    };
    const close = notification.add(_t("Missing: %(work)s", { work: notice.names.join(", ") }), {
        title: lead.name,
        type: "warning",
        className: "o_conveyor_notice",
        autocloseDelay: NOTICE_DELAY,
        buttons: [{ name: _t("Fill in"), primary: true, onClick: fillIn }],
    });
}

function softReload(action) {
    return () => action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
}
