import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useService } from "@web/core/utils/hooks";

/**
 * Telephone and messengers by link; when the user is back, the sheet asks
 * what came of it.
 */
export class ContactLinks extends Component {
    static template = "sales_conveyor.ContactLinks";
    static components = { Dropdown, DropdownItem };
    static props = { record: Object, isLarge: { type: Boolean, optional: true } };

    setup() {
        this.touch = useService("conveyor_touch");
    }

    get phone() {
        return this.props.record.data.phone;
    }

    /** The number with its country, digits only. */
    get number() {
        return (this.props.record.data.phone_sanitized || this.phone).replace(/\D/g, "");
    }

    get telephone() {
        return `tel:${this.phone.replace(/\s+/g, "")}`;
    }

    get messengers() {
        const { number } = this;
        return [
            { id: "whatsapp", name: "WhatsApp", icon: "fa-whatsapp", url: `https://wa.me/${number}` },
            { id: "viber", name: "Viber", icon: "fa-phone-square", url: `viber://chat?number=%2B${number}` },
            { id: "telegram", name: "Telegram", icon: "fa-telegram", url: `https://t.me/+${number}` },
        ];
    }

    leave(channel) {
        const { resModel, resId, data } = this.props.record;
        this.touch.leave({ resModel, resId, name: data.display_name || data.name || undefined, channel });
    }

    write({ url }) {
        this.leave("messenger");
        if (url.startsWith("https:")) {
            window.open(url, "_blank", "noopener");
        } else {
            window.location.assign(url);
        }
    }
}
