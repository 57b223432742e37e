import { isDecimal } from "../net/decimal.js"

/** The highest number of a descriptor, which is an int of C. */
const highest = 0x7fff_ffff

/** The number that a text names a descriptor by, as QEMU's qemu_parse_fd reads it (util/cutils.c). */
export const descriptorNumber = (text: string): number | undefined =>
  isDecimal(text) && text.length <= 10 && Number(text) <= highest ? Number(text) : undefined

/** Whether a descriptor is QEMU's own standard input, output or error. */
export const isStandard = (text: string): boolean => Number(text) <= 2
