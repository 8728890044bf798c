// @ts-check

/** A hand that moves less than this only points. */
const SLACK_PX = 5;

/**
 * Lets the reader drag the chart through time.
 *
 * @param {HTMLElement} holder
 * @param {{span: () => number, end: () => number, moveTo: (end: number, done: boolean) => void}} time in ms
 */
export function initDrag(holder, time) {
  /** @type {{x: number, end: number, moving: boolean} | null} */
  let grip = null;
  /** @param {PointerEvent} event */
  const endAt = (event) => (grip?.end ?? 0) - ((event.clientX - (grip?.x ?? 0)) / holder.clientWidth) * time.span();
  holder.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.isPrimary) grip = { x: event.clientX, end: time.end(), moving: false };
  });
  holder.addEventListener("pointermove", (event) => {
    if (grip === null || (!grip.moving && Math.abs(event.clientX - grip.x) < SLACK_PX)) return;
    if (!grip.moving) holder.setPointerCapture(event.pointerId);
    grip.moving = true;
    holder.dataset.dragged = "";
    time.moveTo(endAt(event), false);
  });
  /** @param {PointerEvent} event */
  const release = (event) => {
    if (grip?.moving) time.moveTo(endAt(event), true);
    delete holder.dataset.dragged;
    grip = null;
  };
  holder.addEventListener("pointerup", release);
  holder.addEventListener("pointercancel", release);
}
