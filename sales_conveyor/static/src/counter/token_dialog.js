import { Component } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** A device's token, which is shown this once, and how to try it. */
export class TokenDialog extends Component {
    static template = "sales_conveyor.TokenDialog";
    static components = { CopyButton, Dialog };
    static props = { close: Function, name: String, token: String, url: String, curl: String };

    get title() {
        return _t("Token of %s", this.props.name);
    }
}

/** Shows the dialog; when it is closed, the form reads the token's hint. */
function showToken(env, { params }) {
    return new Promise((resolve) => {
        env.services.dialog.add(TokenDialog, params, {
            onClose: () => resolve({ type: "ir.actions.client", tag: "soft_reload" }),
        });
    });
}

registry.category("actions").add("sales_conveyor.counter_token", showToken);
