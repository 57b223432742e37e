import { leaf } from "../data/leaf.js"
import { issue, ok, refined } from "../data/refinement.js"
import type { Rule } from "../violation/violation.js"
import { qemuRules } from "./rules.js"

const isInteger = (input: unknown): input is number | bigint =>
  typeof input === "bigint" || (typeof input === "number" && Number.isSafeInteger(input))

const integer = leaf("integer", isInteger)

/** An integer that a range still bounds to numbers: a bigint is only what no number holds exactly, which every range refuses. */
export const number = leaf(
  "integer",
  (input): input is number =>
    Number.isSafeInteger(input) || (typeof input === "bigint" && !Number.isSafeInteger(Number(input))),
)

const within = (rule: Rule, least: number, most: number) =>
  refined(number, (value) => (value < least || value > most ? issue(rule, value, value < least ? least : most) : ok))

export const uint16 = within(qemuRules.uint16, 0, 0xffff)

/** An unsigned integer of 32 bits. */
export const uint32 = within(qemuRules.parameterRange, 0, 0xffff_ffff)

export const multifdCount = within(qemuRules.multifdCount, 1, 255)

/** Probes that go unanswered before a connection is given up: what Linux takes (MAX_TCP_KEEPCNT of include/net/tcp.h). */
export const keepAliveCount = within(qemuRules.keepAliveCount, 0, 127)

/** Seconds: what Linux takes (MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL of include/net/tcp.h). */
export const keepAliveTime = within(qemuRules.keepAliveTime, 0, 32767)

/** An integer of a parameter, with the range that QEMU itself demands. */
export const parameter = (least: number, most: number) => within(qemuRules.parameterRange, least, most)

const maxOffset = 0x7fff_ffff_ffff_ffffn
const maxUint64 = 0xffff_ffff_ffff_ffffn

const inRange = (rule: Rule, least: bigint, most: bigint) =>
  refined(integer, (value) => {
    if (value >= least && value <= most) return ok
    const isShown = value >= -maxUint64 && value <= maxUint64
    return issue(rule, isShown ? value : undefined, value < least ? least : most)
  })

/** A size, a number of bytes: every uint64 is one. */
export const size = inRange(qemuRules.parameterRange, 0n, maxUint64)

/** An integer of QMP of at least 0. */
export const natural = (rule: Rule) => inRange(rule, 0n, maxOffset)

/** An integer of QMP of at least 1. */
export const positive = (rule: Rule) => inRange(rule, 1n, maxOffset)

/** A power of two from `least` to `most`, powers of two themselves. */
export const powerOfTwo = (least: bigint, most: bigint) =>
  refined(integer, (value) => {
    const bits = BigInt(value)
    return bits >= least && bits <= most && (bits & (bits - 1n)) === 0n ? ok : issue(qemuRules.powerOfTwo)
  })

/** A place in a file: of the uint64 that QMP takes, what off_t can hold. */
export const offset = inRange(qemuRules.offset, 0n, maxOffset)
