import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatPercentage } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000; // milliseconds between two looks at the server

/** While history is read in the background: how far it is; in the end the new draft opens. */
export class MiningProgress extends Component {
    static template = "sales_conveyor.MiningProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ progress: this.props.record.data.mining_progress });
        onMounted(() => this.later());
        onWillUnmount(() => {
            this.isGone = true;
            browser.clearTimeout(this.timer);
        });
    }

    get percent() {
        return formatPercentage(this.state.progress, { digits: [16, 0] });
    }

    later() {
        this.timer = browser.setTimeout(() => this.look(), PAUSE);
    }

    async look() {
        let answer;
        try {
            answer = await this.orm.silent.call("conveyor.process", "get_mining", [[this.props.record.resId]]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
        if (this.isGone) {
            return;
        }
        if (!answer) {
            return this.later(); // the server is away for a moment
        }
        this.state.progress = answer.progress;
        if (["waiting", "running"].includes(answer.state)) {
            return this.later();
        }
        await this.finish(answer);
    }

    async finish({ action }) {
        const { record } = this.props;
        if (action && !(await record.isDirty())) {
            return this.action.doAction(action);
        }
        if (action) {
            this.notification.add(_t("History has been read: the new draft is there."), {
                type: "success",
                buttons: [{ name: _t("Open the Draft"), primary: true, onClick: () => this.action.doAction(action) }],
            });
        } else {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("conveyor_mining", { component: MiningProgress });
