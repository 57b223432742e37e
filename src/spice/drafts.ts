/**
 * Formats for state that the design of seamless migration wanted to relay and nobody standardised: proposals. Their
 * magics and versions are this project's own. The guard relays none of them, no decoder of SPICE's formats takes one,
 * and none is ever sent to a server of today. Use them with `migration-guard/layout`.
 */

export { bitmapCache } from "./draft/bitmap-cache.js"
export { clientSurfaces } from "./draft/client-surfaces.js"
export { lossyRegion } from "./draft/lossy-region.js"
export { sessionBandwidth } from "./draft/session-bandwidth.js"
export { streams } from "./draft/streams.js"
export { surfaces } from "./draft/surfaces.js"
