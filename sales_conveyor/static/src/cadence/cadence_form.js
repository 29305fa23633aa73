import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formView } from "@web/views/form/form_view";
import { FormController } from "@web/views/form/form_controller";
import { ChangeDialog } from "./change_dialog";

/** Before a cadence with clients inside is saved, it says what becomes of them. */
export class CadenceFormController extends FormController {
    setup() {
        super.setup();
        this.dialogs = useService("dialog");
        this.orm = useService("orm");
    }

    async onWillSaveRecord(record, changes) {
        if ((await super.onWillSaveRecord(record, changes)) === false) {
            return false;
        }
        if (!record.resId || !changes.step_ids) {
            return true;
        }
        const preview = await this.orm.call("conveyor.cadence", "preview_change", [[record.resId], changes]);
        return preview ? this.askForSaving(preview) : true;
    }

    askForSaving(preview) {
        return new Promise((resolve) =>
            this.dialogs.add(
                ChangeDialog,
                { preview, onConfirm: () => resolve(true) },
                { onClose: () => resolve(false) }
            )
        );
    }
}

registry.category("views").add("conveyor_cadence_form", { ...formView, Controller: CadenceFormController });
