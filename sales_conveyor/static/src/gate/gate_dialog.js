import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { inSight, remind } from "../moves/after_move";

/**
 * A section holds a client back: what is missing, lead by lead, and the ways
 * on. The server's GateError carries all that is shown.
 */
export class GateDialog extends Component {
    static template = "sales_conveyor.GateDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        // not useService: the dialog is closed while the way on is still under way
        this.action = this.env.services.action;
        this.orm = this.env.services.orm;
    }

    get context() {
        return this.props.data.context;
    }

    get title() {
        return this.context.leads.length > 1
            ? _t("Some clients cannot move on yet")
            : _t("Not yet: required work is missing");
    }

    itemIds(leads) {
        return [...new Set(leads.flatMap((lead) => lead.works.map((work) => work.item_id)))];
    }

    /** Show the view below as it is now; the form of a lead handed over out of sight is left. */
    async reload() {
        const { leads } = this.context;
        const ids = leads.map((lead) => lead.id);
        const seen = await inSight(this.orm, ids);
        const { view, props } = this.action.currentController || {};
        if (view?.type === "form" && ids.includes(props?.resId) && !seen.includes(props.resId)) {
            return this.action.restore();
        }
        await this.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
        if (leads.length === 1 && seen.length) {
            await remind(this.env.services, leads[0]);
        }
    }

    async fill(lead) {
        const form = await this.orm.call("crm.lead", "action_fill_work", [
            [lead.id],
            this.itemIds([lead]),
            this.context.to_stage_id,
        ]);
        this.props.close();
        await this.action.doAction(form, { onClose: () => this.reload() });
    }

    async waive() {
        const { leads, to_stage_id } = this.context;
        this.props.close();
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Waive Standard Work"),
                res_model: "conveyor.waive",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_lead_ids: leads.map((lead) => lead.id),
                    default_item_ids: this.itemIds(leads),
                    default_stage_id: to_stage_id,
                },
            },
            { onClose: () => this.reload() }
        );
    }
}

registry
    .category("error_dialogs")
    .add("odoo.addons.sales_conveyor.exceptions.GateError", GateDialog);
