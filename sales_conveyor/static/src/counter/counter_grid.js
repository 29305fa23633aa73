import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { readSheet, readVisitors } from "./grid_values";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };

/** A week of readings, days by hours, to be typed or pasted; each change is saved at once. */
export class CounterGrid extends Component {
    static template = "sales_conveyor.CounterGrid";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.tableRef = useRef("table");
        this.mutex = new Mutex();
        this.draft = null; // what is being typed: { hour, text }
        this.pending = 0;
        this.state = useState({ grid: null, error: "", saved: "", allHours: this.props.state?.allHours || false });
        useSetupAction({
            beforeLeave: () => this.mutex.getUnlockedDef(),
            getLocalState: () => ({ counterId: this.counterId, monday: this.monday, allHours: this.state.allHours }),
        });
        onWillStart(() => this.open());
        onMounted(() => this.showToday());
    }

    async open() {
        const { action, state } = this.props;
        this.counterId = action.params?.counter_id || action.context?.active_id || state?.counterId;
        if (!this.counterId) {
            [this.counterId] = await this.orm.search("conveyor.counter", [], { limit: 1 });
        }
        if (this.counterId) {
            await this.load(state?.monday || false);
        }
    }

    /** Where the week is wider than the window, today is what is typed. */
    showToday() {
        this.tableRef.el?.querySelector(".o_conveyor_today")?.scrollIntoView({ block: "nearest", inline: "center" });
    }

    get monday() {
        return this.state.grid?.week.from || false;
    }

    async load(monday) {
        await this.mutex.getUnlockedDef();
        this.state.grid = await this.orm.call("conveyor.counter", "get_grid", [this.counterId, monday, this.state.allHours]);
        this.state.saved = "";
        this.env.config.setDisplayName(_t("Visitors of %s", this.state.grid.name));
    }

    async toggleHours() {
        this.state.allHours = !this.state.allHours;
        await this.load(this.monday);
    }

    // ------------------------------------------------------------- what is shown

    text(cell) {
        if (this.draft?.hour === cell.hour) {
            return this.draft.text;
        }
        return cell.visitors === null ? "" : String(cell.visitors);
    }

    hint(cell) {
        const words = { device: _t("Posted by the device"), import: _t("Imported"), website: _t("Counted by the site"), hand: _t("Typed") };
        return cell.is_open ? words[cell.origin] || "" : _t("This hour has not begun yet");
    }

    mayType(cell) {
        return this.state.grid.may_type && cell.is_open;
    }

    // ------------------------------------------------------------- typing

    onInput(ev, cell) {
        this.draft = { hour: cell.hour, text: ev.target.value };
    }

    onChange(ev, cell) {
        const text = ev.target.value;
        const visitors = readVisitors(text);
        const isBad = visitors === undefined || visitors > this.state.grid.most;
        ev.target.classList.toggle("is-invalid", isBad);
        ev.target.setAttribute("aria-invalid", isBad ? "true" : "false");
        if (isBad) {
            this.state.error = _t("“%s” is no whole number of visitors. It was not saved.", text);
            return;
        }
        this.draft = null;
        this.state.error = "";
        if (visitors !== cell.visitors) {
            this.save([[cell, visitors]]);
        }
    }

    onKeydown(ev, row, column) {
        const step = STEPS[ev.key];
        if (ev.key === "Escape" && this.draft) {
            this.draft = null;
            ev.target.classList.remove("is-invalid");
            this.state.error = "";
            this.render();
        } else if (step && !ev.ctrlKey && !ev.altKey && !ev.metaKey && this.leaves(ev, step)) {
            ev.preventDefault();
            this.move(row, column, ev.shiftKey && ev.key === "Enter" ? [-1, 0] : step);
        }
    }

    /** Within a number left and right move the caret. */
    leaves(ev, [, across]) {
        const { selectionStart: start, selectionEnd: end, value } = ev.target;
        const isWhole = start === 0 && end === value.length;
        return !across || isWhole || (across < 0 ? end === 0 : start === value.length);
    }

    /** To the next cell that can be typed in. */
    move(row, column, [down, across]) {
        const { rows, days } = this.state.grid;
        let cell = null;
        do {
            row += down;
            column += across;
            cell = rows[row]?.cells[column];
        } while (rows[row] && days[column] && !(cell && this.mayType(cell)));
        const input = cell && this.tableRef.el.querySelector(`input[data-hour="${cell.hour}"]`);
        input?.focus();
    }

    onPaste(ev, row, column) {
        const sheet = readSheet(ev.clipboardData.getData("text/plain"));
        if (sheet.length === 1 && sheet[0].length === 1) {
            return; // one number, as anywhere
        }
        ev.preventDefault();
        this.draft = null;
        const found = sheet.flatMap((line, down) => line.map((text, across) => ({
            cell: this.state.grid.rows[row + down]?.cells[column + across],
            visitors: readVisitors(text),
        })));
        const filled = found.filter(({ visitors }) => visitors !== null);
        const good = filled.filter(({ cell, visitors }) => cell && this.mayType(cell) && visitors <= this.state.grid.most);
        this.save(good.map(({ cell, visitors }) => [cell, visitors]));
        const left = filled.length - good.length;
        if (left) {
            this.notification.add(
                _t("%s of the pasted cells were left out: they are no whole numbers, or lie outside of the hours that can be typed.", left),
                { type: "warning" }
            );
        }
    }

    // ------------------------------------------------------------- saving

    /** @param {Array} changes `[[cell, visitors or null], …]` */
    async save(changes) {
        if (!changes.length) {
            return;
        }
        for (const [cell, visitors] of changes) {
            cell.visitors = visitors;
        }
        const cells = changes.map(([{ hour }, visitors]) => [hour, visitors]);
        this.pending++;
        this.state.saved = _t("Saving…");
        try {
            const grid = await this.mutex.exec(() =>
                this.orm.call("conveyor.counter", "save_grid", [this.counterId, cells, this.monday, this.state.allHours])
            );
            if (this.pending === 1) {
                this.state.grid = grid;
                this.state.saved = _t("Saved");
            }
        } catch (error) {
            this.state.saved = "";
            this.state.error = error.data?.message || _t("It could not be saved. Check the connection and type it again.");
        } finally {
            this.pending--;
        }
    }
}

registry.category("actions").add("sales_conveyor.counter_grid", CounterGrid);
