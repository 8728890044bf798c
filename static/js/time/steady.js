// @ts-check

/** This browser's time in ms since 1970 as of when the page was loaded: it goes on evenly, whoever sets the clock. */
export const steadyNow = () => performance.timeOrigin + performance.now();

/** What is looked up, or drawn, once a second is so in the same seconds. @param {number} now */
export const secondOf = (now) => Math.floor(now / 1000);
