import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { fillWork, stepAside } from "../moves/fill";
import { ChecklistLine } from "./checklist_line";
import { Factors } from "./factors";
import { goToField } from "./go_to_field";

const FOLDED_KEY = "sales_conveyor.checklist.folded";
const MANY_OWED = 3;

/**
 * The standard work of a lead as a checklist.
 *
 * Options: ``show`` says which work the field holds: that of the ``section``
 * (default), work ``owed`` from earlier sections, or all that is ``missing``.
 */
export class Checklist extends Component {
    static template = "sales_conveyor.Checklist";
    static components = { ChecklistLine, Factors };
    static props = { ...standardFieldProps, show: { type: String } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.state = useState({ isFolded: this.foldedAtFirst(), isBusy: false, isManager: false });
        user.hasGroup("sales_team.group_sale_manager").then((is) => (this.state.isManager = is));
        useEffect(
            () => this.restoreFocus(),
            () => [this.works]
        );
    }

    foldedAtFirst() {
        if (this.props.show === "owed") {
            return this.works.length > MANY_OWED;
        }
        if (this.props.show === "section") {
            const chosen = browser.localStorage.getItem(FOLDED_KEY);
            return chosen ? chosen === "1" : this.env.isSmall; // a phone shows the next step only
        }
        return false;
    }

    // ------------------------------------------------------------ what is shown
    get lead() {
        return this.props.record;
    }

    get works() {
        return this.lead.data[this.props.name].records;
    }

    get settled() {
        return this.works.filter((work) => work.data.state !== "todo").length;
    }

    get progress() {
        return { done: this.settled, total: this.works.length };
    }

    get progressText() {
        return _t("%(done)s of %(total)s", this.progress);
    }

    get progressStyle() {
        return `width: ${this.works.length ? (100 * this.settled) / this.works.length : 0}%`;
    }

    get title() {
        if (this.props.show === "owed") {
            return _t("Still owed from other sections (%(count)s)", { count: this.works.length });
        }
        return _t("Standard work: %(section)s", { section: this.lead.data.stage_id?.display_name });
    }

    get next() {
        return this.works.find((work) => work.data.state === "todo");
    }

    get sectionId() {
        return this.lead.data.stage_id?.id;
    }

    // ------------------------------------------------------------ what is done
    toggle() {
        this.state.isFolded = !this.state.isFolded;
        if (this.props.show === "section") {
            browser.localStorage.setItem(FOLDED_KEY, this.state.isFolded ? "1" : "0");
        }
    }

    /** Save what is being edited, do it, and show the lead as it is now, chatter included. */
    async run(work, doIt) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            if ((await this.lead.isDirty()) && !(await this.lead.save())) {
                return;
            }
            await doIt();
            this.focusItem = work?.data.item_id.id;
            await this.reload();
        } catch (error) {
            if (!(error instanceof RPCError) || error.exceptionName !== "odoo.exceptions.UserError") {
                throw error;
            }
            this.notification.add(error.data.message, { type: "warning" });
        } finally {
            this.state.isBusy = false;
        }
    }

    async reload() {
        await this.lead.load();
        this.env.bus.trigger("MAIL:RELOAD-THREAD", { model: this.lead.resModel, id: this.lead.resId });
    }

    call(work, method, ...args) {
        return this.run(work, () => this.orm.call("conveyor.work", method, [[work.resId], ...args]));
    }

    /** Do something in a dialog, and show what came of it. */
    open(work, getAction) {
        return this.run(work, async () => {
            const action = await getAction();
            if (this.props.show === "missing") {
                stepAside();
            }
            await new Promise((resolve, reject) => {
                this.action.doAction(action, { onClose: resolve }).catch(reject);
            });
        });
    }

    answer(work, answer) {
        return this.run(work, () => this.orm.write("conveyor.work", [work.resId], { answer }));
    }

    touch(work) {
        return this.open(work, () =>
            this.orm.call("conveyor.work", "action_touch", [[work.resId]])
        );
    }

    waive(work) {
        return this.open(work, () => ({
            type: "ir.actions.act_window",
            name: _t("Waive Standard Work"),
            res_model: "conveyor.waive",
            views: [[false, "form"]],
            target: "new",
            context: {
                default_lead_ids: [this.lead.resId],
                default_item_ids: [work.data.item_id.id],
            },
        }));
    }

    /** Go to the field in this form; a field that is not in it is filled in a small form. */
    async goTo(fieldName, work) {
        const { viewArch } = this.env.config;
        if (!(await goToField(this.root.el, viewArch, fieldName)) && work) {
            await this.run(work, () =>
                new Promise((resolve, reject) => {
                    const items = [work.data.item_id.id];
                    fillWork(this.env.services, this.lead.resId, items, { onDone: resolve }).catch(reject);
                })
            );
        }
    }

    openSection() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.stage",
            res_id: this.sectionId,
            views: [[false, "form"]],
        });
    }

    /** After a reload the line's buttons are new: keep the keyboard where it was. */
    restoreFocus() {
        if (this.focusItem) {
            const line = `.o_conveyor_work[data-item="${this.focusItem}"]`;
            this.root.el?.querySelector(`${line} .o_conveyor_tick`)?.focus({ preventScroll: true });
            this.focusItem = false;
        }
    }
}

export const checklistField = {
    component: Checklist,
    displayName: _t("Standard work as a checklist"),
    supportedTypes: ["one2many"],
    useSubView: false,
    relatedFields: () => [
        { name: "name", type: "char" },
        { name: "item_id", type: "many2one", relation: "conveyor.work.item" },
        { name: "stage_id", type: "many2one", relation: "crm.stage" },
        { name: "state", type: "selection", selection: [] },
        { name: "required", type: "boolean" },
        { name: "binds", type: "boolean" },
        { name: "proof", type: "selection", selection: [] },
        { name: "proof_channel", type: "selection", selection: [] },
        { name: "how", type: "char" },
        { name: "instructions", type: "text" },
        { name: "answer", type: "char" },
        { name: "wanted_fields", type: "char" },
        { name: "wants_answer", type: "boolean" },
        { name: "done_date", type: "datetime" },
        { name: "done_user_id", type: "many2one", relation: "res.users" },
        { name: "waiver_reason", type: "char" },
        { name: "open_activity_id", type: "integer" },
        { name: "attachment_id", type: "many2one", relation: "ir.attachment" },
    ],
    fieldDependencies: [
        { name: "stage_id", type: "many2one" },
        { name: "can_waive_work", type: "boolean", readonly: true },
        { name: "section_goal", type: "text", readonly: true },
    ],
    extractProps: ({ options }) => ({ show: options.show || "section" }),
};

registry.category("fields").add("conveyor_checklist", checklistField);
