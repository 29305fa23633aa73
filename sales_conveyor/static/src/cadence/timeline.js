import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A cadence as a line in time: day, channel, by itself or by hand, reason and
 * the clients whose next touch it is. All words and numbers come from the server.
 *
 * Option ``compact``: only days and channels, for cards and lists.
 */
export class CadenceTimeline extends Component {
    static template = "sales_conveyor.CadenceTimeline";
    static props = { ...standardFieldProps, isCompact: { type: Boolean, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get line() {
        return this.props.record.data[this.props.name] || { steps: [], loop: null };
    }

    isRepeated(place) {
        return this.line.loop && place >= this.line.loop.from;
    }

    isLoopStart(place) {
        return this.line.loop && place === this.line.loop.from;
    }

    async openClients(step) {
        if (!step.id || !step.count) {
            return;
        }
        const action = await this.orm.call("conveyor.cadence.step", "action_open_clients", [[step.id]]);
        return this.action.doAction(action);
    }
}

registry.category("fields").add("conveyor_timeline", {
    component: CadenceTimeline,
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ isCompact: Boolean(options.compact) }),
});
