import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

export const CHANNEL_ICONS = {
    email: "fa-envelope-o",
    call: "fa-phone",
    sms: "fa-mobile",
    messenger: "fa-comment-o",
    meeting: "fa-users",
    letter: "fa-file-text-o",
    visit: "fa-map-marker",
    other: "fa-circle-o",
};

const WRITTEN = new Set(["email", "sms", "messenger", "letter"]);

/** How somebody is touched in a channel: spoken, written or by letter. */
export function wayOf(channel) {
    return channel === "letter" ? "letter" : WRITTEN.has(channel) ? "written" : "spoken";
}

const RESULTS = {
    reached: { label: _t("Talked"), style: "btn-success", icon: "fa-comments-o" },
    no_answer: { label: _t("No answer"), style: "btn-secondary", icon: "fa-phone" },
    later: { label: _t("Later"), style: "btn-warning", icon: "fa-clock-o" },
    refused: { label: _t("Refused"), style: "btn-danger", icon: "fa-ban" },
    sent: { label: _t("Sent"), style: "btn-success", icon: "fa-paper-plane-o" },
    answered: { label: _t("Answered"), style: "btn-success", icon: "fa-comments-o" },
};
const BY_WAY = {
    spoken: ["reached", "no_answer", "later", "refused"],
    written: ["sent", "reached", "later", "refused"],
    letter: ["sent", "later", "refused"],
};

/** Results that a person states of a touch in this channel, as he says them. */
export function resultsOf(channel) {
    const way = wayOf(channel);
    return BY_WAY[way].map((id) => ({ id, ...RESULTS[id === "reached" && way !== "spoken" ? "answered" : id] }));
}

/** The words of a selection field as the server has translated them. */
export function selectionLabel(field, value) {
    return field?.selection?.find(([key]) => key === value)?.[1] || "";
}

/**
 * "today 15:00", "tomorrow 10:00", "Mon 23 Nov".
 *
 * @param {luxon.DateTime} date in the user's time zone
 */
export function dayAndTime(date) {
    const today = DateTime.local().startOf("day");
    const time = date.hour || date.minute ? ` ${date.toFormat(localization.timeFormat.replace(":ss", ""))}` : "";
    if (date.hasSame(today, "day")) {
        return _t("today") + time;
    }
    if (date.hasSame(today.plus({ days: 1 }), "day")) {
        return _t("tomorrow") + time;
    }
    return date.toLocaleString({ weekday: "short", day: "numeric", month: "short" });
}
