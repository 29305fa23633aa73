import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const LOOKS = {
    yes: { icon: "fa-check", style: "text-success", answer: _t("Yes") },
    no: { icon: "fa-times", style: "text-danger", answer: _t("No") },
    unknown: { icon: "fa-question", style: "text-muted", answer: _t("Not known") },
};

/** Problem, time and money at a glance; a click leads to the field. */
export class Factors extends Component {
    static template = "sales_conveyor.Factors";
    static props = { lead: Object, goTo: Function };

    get factors() {
        const { data, fields } = this.props.lead;
        return ["problem_state", "time_state", "money_state"]
            .filter((name) => name in data)
            .map((name) => ({ name, label: fields[name].string, ...LOOKS[data[name] || "unknown"] }));
    }
}
