import "@crm/views/crm_form/crm_form";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { afterMove, beforeMove, isGateError } from "./after_move";

const crmFormView = registry.category("views").get("crm_form");

patch(crmFormView.Model.Record.prototype, {
    async _update(changes) {
        // was the stage the only thing changed? then all is taken back when the gate holds
        this.isOnlyMoved = "stage_id" in changes && (!this.dirty || this.isOnlyMoved);
        return super._update(...arguments);
    },

    /** A move in the form: say what it left undone; the status bar goes back when the gate holds. */
    async _save() {
        const from = this._values?.stage_id?.id;
        const isMove =
            this.resModel === "crm.lead" &&
            this.resId &&
            "stage_id" in this._changes &&
            this.data.stage_id?.id !== from;
        if (!isMove) {
            return super._save(...arguments);
        }
        const before = { stageId: from, userId: this.data.user_id?.id };
        let saved = false;
        try {
            saved = await super._save(...arguments);
        } catch (error) {
            if (isGateError(error)) {
                await this.stayInSection();
            }
            throw error;
        }
        if (saved) {
            await this.tellMove(before);
        }
        return saved;
    },

    async stayInSection() {
        if (this.isOnlyMoved) {
            this._discard();
        } else {
            await this._update({ stage_id: this._values.stage_id });
            delete this._changes.stage_id;
        }
    },

    /** A lead that went out of sight is left: nothing more can be done with it here. */
    async tellMove(before) {
        const isInSight = await afterMove(this, before, () => this.model.load());
        if (!isInSight && this.config.isRoot) {
            await this.model.env.config.historyBack?.();
        }
    },
});

/** Buttons move leads as well: Won, and what other modules add. */
crmFormView.Controller = class extends crmFormView.Controller {
    async beforeExecuteActionButton() {
        const result = await super.beforeExecuteActionButton(...arguments);
        this.beforeButton = this.model.root.resId && beforeMove(this.model.root);
        return result;
    }

    async afterExecuteActionButton() {
        await super.afterExecuteActionButton(...arguments);
        const { root } = this.model;
        const before = this.beforeButton;
        if (root.resModel === "crm.lead" && before && root.data.stage_id?.id !== before.stageId) {
            await root.tellMove(before);
        }
    }
};
