import { reactive } from "@odoo/owl";
import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const CONFIGURATION = ["crm.stage", "conveyor.work.item", "conveyor.trade"];
const READING = /^(read|search|web_read|web_search|name_search|get_|fields_get|onchange|has_|formatted_|load)/;

/**
 * The sections of the conveyor, read once and kept: the kanban's columns show
 * their phase without a request of their own.
 */
export const conveyorSectionsService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        const state = reactive({ sections: null });
        let loading = null;

        async function read() {
            const sections = await orm.silent.call("crm.stage", "get_conveyor_sections");
            state.sections = sections;
        }
        function load() {
            loading = loading || read().catch(() => (loading = null));
            return loading;
        }
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            const { model, method } = detail.data.params || {};
            const isConfiguration = CONFIGURATION.some((name) => model?.startsWith(name));
            if (loading && isConfiguration && !READING.test(method)) {
                loading = null;
                load();
            }
        });

        return {
            state,
            load,
            /** @returns {{id: number, phase: string, phase_name: string, has_work: boolean} | undefined} */
            get(id) {
                return state.sections?.find((section) => section.id === id);
            },
            /** Whether a move leaves a section that has standard work; unknown sections count. */
            leavesWork(fromId, toId) {
                const sections = state.sections || [];
                const start = sections.findIndex(({ id }) => id === fromId);
                const end = sections.findIndex(({ id }) => id === toId);
                if (start < 0 || end < 0) {
                    return true;
                }
                return sections.slice(start, end).some((section) => section.has_work);
            },
        };
    },
};

registry.category("services").add("conveyor_sections", conveyorSectionsService);
