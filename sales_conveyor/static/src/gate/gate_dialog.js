import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { remind } from "../moves/after_move";
import { fillWork, reloadView } from "../moves/fill";

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
        this.services = this.env.services;
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

    /** Show what became of it, and name what was only advised. */
    async afterwards() {
        const { leads } = this.context;
        await reloadView(
            this.services,
            leads.map((lead) => lead.id)
        );
        if (leads.length === 1) {
            await remind(this.services, leads[0]);
        }
    }

    async fill(lead) {
        this.props.close();
        await fillWork(this.services, lead.id, this.itemIds([lead]), {
            stageId: this.context.to_stage_id,
            onDone: () => this.afterwards(),
        });
    }

    async waive() {
        const { leads, to_stage_id } = this.context;
        this.props.close();
        await this.services.action.doAction(
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
            { onClose: () => this.afterwards() }
        );
    }
}

registry
    .category("error_dialogs")
    .add("odoo.addons.sales_conveyor.exceptions.GateError", GateDialog);
