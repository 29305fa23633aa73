import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { fillWork, inSight, reloadView } from "./fill";

const GATE_ERROR = "odoo.addons.sales_conveyor.exceptions.GateError";
const NOTICE_DELAY = 12000;
const NAMED = 3;

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

/**
 * Name the work that a move has just left undone, and offer to fill it in there.
 *
 * @param {Object} services of the environment
 * @param {{id: number, name: string}} lead
 * @param {Function} [reload] shows the lead as it is after that
 */
export async function remind(services, lead, reload) {
    const { orm, notification } = services;
    const notice = await orm.silent.call("crm.lead", "get_move_notice", [[lead.id]]);
    if (!notice) {
        return;
    }
    const onDone = reload || (() => reloadView(services, [lead.id]));
    const fillIn = () => {
        close();
        return fillWork(services, lead.id, notice.item_ids, { onDone });
    };
    const close = notification.add(missing(notice.names), {
        title: lead.name,
        type: "warning",
        className: "o_conveyor_notice",
        autocloseDelay: NOTICE_DELAY,
        buttons: [{ name: _t("Fill in"), primary: true, onClick: fillIn }],
    });
}

function missing(names) {
    const work = names.slice(0, NAMED).join(", ");
    const count = names.length - NAMED;
    return count > 0
        ? _t("Missing: %(work)s and %(count)s more", { work, count })
        : _t("Missing: %(work)s", { work });
}
