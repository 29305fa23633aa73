import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** Leads that no process covers, above the processes. */
export class Uncovered extends Component {
    static template = "sales_conveyor.Uncovered";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ count: 0, mayCreate: false });
        onWillStart(async () => {
            [this.state.count, this.state.mayCreate] = await Promise.all([
                this.orm.call("conveyor.process", "get_uncovered", []),
                user.checkAccessRight("conveyor.process", "create"),
            ]);
        });
    }

    get sentence() {
        const { count } = this.state;
        return count === 1
            ? _t("One lead of the last 12 months belongs to no process.")
            : _t("%(count)s leads of the last 12 months belong to no process.", { count: formatInteger(count) });
    }

    async open() {
        return this.action.doAction(await this.orm.call("conveyor.process", "action_open_uncovered", []));
    }
}

class ProcessListRenderer extends ListRenderer {
    static template = "sales_conveyor.ProcessListRenderer";
    static components = { ...ListRenderer.components, Uncovered };
}

class ProcessKanbanRenderer extends KanbanRenderer {
    static template = "sales_conveyor.ProcessKanbanRenderer";
    static components = { ...KanbanRenderer.components, Uncovered };
}

registry.category("views").add("conveyor_process_list", { ...listView, Renderer: ProcessListRenderer });
registry.category("views").add("conveyor_process_kanban", { ...kanbanView, Renderer: ProcessKanbanRenderer });
