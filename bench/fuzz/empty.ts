/** The fastest target there is: what jazzer.js itself takes. */
export const fuzz = (_: Uint8Array): void => undefined
