const FAR = 70; // pixels
const STRAIGHT = 2; // times more to the side than up or down

/** Listeners for a finger that wipes to the left or to the right. */
export function useSwipe({ left, right }) {
    let start = null;
    return {
        onTouchStart(ev) {
            const touch = ev.touches[0];
            start = ev.target.closest("input, textarea, select, .o-dropdown--menu") ? null : [touch.clientX, touch.clientY];
        },
        onTouchEnd(ev) {
            if (!start) {
                return;
            }
            const touch = ev.changedTouches[0];
            const aside = touch.clientX - start[0];
            const along = touch.clientY - start[1];
            start = null;
            if (Math.abs(aside) > FAR && Math.abs(aside) > STRAIGHT * Math.abs(along)) {
                (aside < 0 ? left : right)();
            }
        },
    };
}
