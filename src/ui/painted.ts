/** When what has been drawn can be seen: what is not needed for that may begin then. */

/** A page that is not in sight has no frames: then it is enough to have waited. */
const NO_FRAME_MS = 200;

/** Resolves after the next frame has been painted. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, NO_FRAME_MS);
    requestAnimationFrame(() => {
      clearTimeout(late);
      // The frame is painted when its callbacks have run.
      setTimeout(resolve);
    });
  });
}
