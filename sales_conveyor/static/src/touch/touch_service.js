import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { TouchSheet } from "./touch_sheet";

const NEVER_LEFT = 4000; // milliseconds after which a call that left no trace in the browser is asked about

/**
 * Follows people who leave the page to call or to write, and asks what came
 * of it when they are back.
 */
export const conveyorTouchService = {
    dependencies: ["dialog", "orm", "action", "notification"],
    start(env, { dialog, action }) {
        let pending = null;
        let timer = null;

        function ask() {
            browser.clearTimeout(timer);
            const { touch } = pending || {};
            pending = null;
            if (touch) {
                open(touch);
            }
        }
        function open(touch) {
            dialog.add(TouchSheet, {
                ...touch,
                reload: touch.reload || (() => action.doAction({ type: "ir.actions.client", tag: "soft_reload" })),
            });
        }
        document.addEventListener("visibilitychange", () => {
            if (!pending) {
                return;
            }
            if (document.visibilityState === "hidden") {
                pending.left = true;
                browser.clearTimeout(timer);
            } else if (pending.left) {
                ask();
            }
        });
        browser.addEventListener("blur", () => {
            if (pending) {
                pending.left = true;
                browser.clearTimeout(timer);
            }
        });
        browser.addEventListener("focus", () => pending?.left && ask());

        return {
            open,
            /** The user has tapped a link that leads out of the page. */
            leave(touch) {
                pending = { touch, left: false };
                browser.clearTimeout(timer);
                timer = browser.setTimeout(ask, NEVER_LEFT);
            },
        };
    },
};

registry.category("services").add("conveyor_touch", conveyorTouchService);
