import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { FunnelTable } from "../funnel/funnel_table";
import { FunnelTiles } from "../funnel/funnel_tiles";

/** The tables of a server's answer, one under the other. */
export class Tables extends Component {
    static template = "sales_conveyor.ProcessTables";
    static components = { FunnelTable };
    static props = { tables: Array };
}

/** What shows tables of a version: that of the form, or the one that a field of it names. */
class VersionWidget extends Component {
    static props = { ...standardWidgetProps, keys: Array, field: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ tables: null });
        useRecordObserver(async (record) => {
            const id = this.props.field ? record.data[this.props.field]?.id : record.resId;
            if (id !== this.shown) {
                this.shown = id;
                const tables = id
                    ? await this.orm.call("conveyor.process.version", "get_tables", [[id]], { keys: this.props.keys })
                    : [];
                if (id === this.shown) {
                    this.state.tables = tables;
                }
            }
        });
    }
}

/** Tables of a version in a page of a form; ``keys``: which ones. */
export class ProcessTables extends VersionWidget {
    static template = "sales_conveyor.ProcessTablesWidget";
    static components = { Tables };
}

/** The figures of a version as tiles, each with its definition and its leads. */
export class ProcessFigures extends VersionWidget {
    static template = "sales_conveyor.ProcessFigures";
    static components = { FunnelTiles };
    tiles = [];
}

/** Two versions side by side. */
export class ProcessComparison extends Component {
    static template = "sales_conveyor.ProcessTablesWidget";
    static components = { Tables };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ tables: null });
        useRecordObserver(async ({ data }) => {
            const { version_id: own, other_id: other } = data;
            const pair = `${own?.id} ${other?.id}`;
            if (pair !== this.shown) {
                this.shown = pair;
                const tables =
                    own && other ? await this.orm.call("conveyor.process.version", "get_comparison", [[own.id], other.id]) : [];
                if (pair === this.shown) {
                    this.state.tables = tables;
                }
            }
        });
    }
}

const extractProps = ({ attrs }) => ({ keys: (attrs.keys || "figures").split(","), field: attrs.version });
registry.category("view_widgets").add("conveyor_process_tables", { component: ProcessTables, extractProps });
registry.category("view_widgets").add("conveyor_process_figures", { component: ProcessFigures, extractProps });
registry.category("view_widgets").add("conveyor_process_comparison", { component: ProcessComparison });
