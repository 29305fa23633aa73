/** How numbers of visitors are read from what people type and paste. */

const THOUSANDS = /^\d{1,3}([.,  \u202f']\d{3})+$/;

/**
 * @param {string} text
 * @returns {number|null|undefined} whole number; null: nothing; undefined: no number
 */
export function readVisitors(text) {
    const bare = text.trim();
    if (!bare) {
        return null;
    }
    const digits = THOUSANDS.test(bare) ? bare.replace(/\D/g, "") : bare;
    return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** @returns {string[][]} lines and columns of what was copied in a spreadsheet */
export function readSheet(text) {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
    return lines.map((line) => line.split("\t"));
}
