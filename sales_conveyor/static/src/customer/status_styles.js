/** Colours of a customer's status, the same on every screen. */
export const STATUS_STYLES = {
    new: "text-bg-info",
    steady: "text-bg-success",
    late: "text-bg-warning",
    sleeping: "text-bg-danger",
    lost: "text-bg-secondary",
};
