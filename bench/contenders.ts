import { handWritten } from "./hand-written.js"
import { ours } from "./ours.js"
import { binaryParser } from "./peers/binary-parser.js"
import { ioTs } from "./peers/io-ts.js"
import { kaitai } from "./peers/kaitai.js"
import { microPacked } from "./peers/micro-packed.js"
import { zod } from "./peers/zod.js"

export const peers = [await kaitai(), binaryParser, microPacked, ioTs, zod]
export const contenders = [handWritten, ...ours, ...peers]
