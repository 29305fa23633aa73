import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/**
 * A section holds a client back: what is missing, lead by lead, and the ways
 * on. The server's GateError carries all that is shown.
 */
export class GateDialog extends Component {
    static template = "sales_conveyor.GateDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
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

    reload() {
        return this.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
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
