import type { JsonLimits } from "../data/json.js"

/**
 * What a text of arguments may be unless told otherwise: 65536 bytes, 16 objects and lists around a value, 1024
 * members and entries. The deepest arguments that QEMU knows are nested 5 deep.
 *
 * @since 0.2.0
 */
export const defaultJsonLimits: JsonLimits = Object.freeze({ maxBytes: 65536, maxDepth: 16, maxMembers: 1024 })
