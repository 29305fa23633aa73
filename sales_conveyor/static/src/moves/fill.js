import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

let isAside = false;

/**
 * Odoo has one action dialog at a time: the form that fills what is missing
 * makes room for another one (an e-mail, an activity) and comes back after it.
 */
export function stepAside() {
    isAside = true;
}

/**
 * Open the small form with what proves these items.
 *
 * @param {Object} services of the environment
 * @param {number} leadId
 * @param {number[]} itemIds
 * @param {{ stageId?: number, onDone: Function }} options where the lead then
 *  moves, and what follows when the form is closed
 */
export async function fillWork(services, leadId, itemIds, { stageId = false, onDone }) {
    isAside = false;
    const form = await services.orm.call("crm.lead", "action_fill_work", [
        [leadId],
        itemIds,
        stageId,
    ]);
    const comeBack = () => fillWork(services, leadId, itemIds, { stageId, onDone });
    await services.action.doAction(form, {
        // Odoo forgets its dialog only after onClose
        onClose: () => (isAside ? void browser.setTimeout(comeBack) : onDone()),
    });
}

/** Which of these leads, lost ones included, the user may see. */
export function inSight(orm, ids) {
    const context = { active_test: false };
    return orm.silent.search("crm.lead", [["id", "in", ids]], { context });
}

/** Show the view as it is now; the form of a lead that went out of sight is left. */
export async function reloadView({ orm, action }, leadIds) {
    const seen = await inSight(orm, leadIds);
    const { view, props, config } = action.currentController || {};
    const isLost = leadIds.includes(props?.resId) && !seen.includes(props.resId);
    if (view?.type === "form" && isLost) {
        return config.historyBack();
    }
    return action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
}

// what the server asks for after leads were handed over
registry
    .category("actions")
    .add("sales_conveyor.reload", (env, { params }) => reloadView(env.services, params.lead_ids));
