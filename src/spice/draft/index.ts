/**
 * Formats for state that the design of seamless migration wanted to relay and nobody standardised: proposals. Their
 * magics and versions are this project's own. The guard relays none of them, no decoder of SPICE's formats takes one,
 * and none is ever sent to a server of today. Use them with `migration-guard/layout`.
 */

export { bitmapCache } from "./bitmap-cache.js"
export { clientSurfaces } from "./client-surfaces.js"
export { lossyRegion } from "./lossy-region.js"
export { sessionBandwidth } from "./session-bandwidth.js"
export { streams } from "./streams.js"
export { surfaces } from "./surfaces.js"
