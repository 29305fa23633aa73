const FOCUSABLE = "input, textarea, select, button, [contenteditable=true], [tabindex]";

function visibleField(form, name) {
    return [...form.querySelectorAll(`.o_field_widget[name="${name}"]`)].find((el) => el.offsetParent);
}

function frame() {
    return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/**
 * Put the keyboard on a field of the form, turning to its notebook page.
 *
 * @param {HTMLElement} from an element in the form
 * @param {Element} arch the form's arch, which knows the pages
 * @param {string} name
 * @returns {Promise<boolean>} whether the field is in this form
 */
export async function goToField(from, arch, name) {
    const form = from.closest(".o_form_view, .modal-body");
    let field = form && visibleField(form, name);
    if (form && !field) {
        const inArch = [...(arch?.querySelectorAll(`page field[name="${name}"]`) || [])];
        for (const page of inArch.map((el) => el.closest("page")?.getAttribute("name"))) {
            form.querySelector(`.o_notebook_headers .nav-link[name="${page}"]`)?.click();
            await frame();
            field = visibleField(form, name);
            if (field) {
                break;
            }
        }
    }
    if (!field) {
        return false;
    }
    field.scrollIntoView({ block: "center", behavior: "smooth" });
    (field.querySelector(FOCUSABLE) || field).focus({ preventScroll: true });
    field.classList.add("o_conveyor_here");
    setTimeout(() => field.classList.remove("o_conveyor_here"), 2000);
    return true;
}
