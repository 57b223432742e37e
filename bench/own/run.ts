/**
 * Times what is emitted for a user's own format against a hand-written decoder and other libraries, and prints a section
 * of Markdown. All must read the same messages before anything is timed.
 */
import { isDeepStrictEqual } from "node:util"
import { Violation } from "../../src/layout/emitted.js"
import { markdownTable } from "../../src/report/markdown.js"
import { atMost, duration, targetTable, times as timesText } from "../markdown.js"
import { median, ratio, timesOf } from "../measure.js"
import { checkTlv, decodeTlv, type Tlv, withMessages } from "./format.js"
import { decodeByHand } from "./hand-written.js"
import { type Peer, peers, type Row, textOf } from "./peers.js"

const rounds = 15
const sizes = [20, 2000].map((count) => ({
  name: `${count.toLocaleString("en")} messages`,
  bytes: withMessages(count),
}))

const rowsOf = ({ messages }: Tlv): readonly Row[] =>
  messages.map(({ value: { kind, value } }): Row => (kind === "ping" ? [value.id] : [value.urgent, textOf(value.text)]))

const decodedRows = (decoded: Tlv | Violation | string): readonly Row[] =>
  typeof decoded === "string" || decoded instanceof Violation ? [] : rowsOf(decoded)

const hand: Peer = {
  name: "hand-written DataView decoder",
  checks: "all",
  decode: decodeByHand,
  rows: (bytes) => decodedRows(decodeByHand(bytes)),
}
const ours: Peer = {
  name: "ours: the emitted decoder",
  checks: "all",
  decode: (bytes) => decodeTlv(bytes, false),
  rows: (bytes) => decodedRows(decodeTlv(bytes, false)),
}
const verdict = { name: "ours: the emitted check, no value", checks: "all", decode: checkTlv } as const

for (const { name, bytes } of sizes) {
  const expected = hand.rows(bytes)
  for (const each of [ours, ...peers])
    if (expected.length === 0 || !isDeepStrictEqual(each.rows(bytes).map(loosely), expected.map(loosely)))
      throw new Error(`${each.name} reads other messages of ${name}`)
  if (checkTlv(bytes) !== undefined) throw new Error(`${name} are refused`)
  for (let at = 0; at < Math.min(bytes.length, 500); at++)
    for (const value of [0, 1, 2, 3, 255]) {
      const spoiled = bytes.with(at, value)
      const [one, other, third] = [decodeByHand(spoiled), decodeTlv(spoiled, false), checkTlv(spoiled)]
      const rule = typeof one === "string" ? one : undefined
      if (rule !== (other instanceof Violation ? other.rule : undefined) || rule !== third?.rule)
        throw new Error(`byte ${at} as ${value}: ${rule} by hand, ${third?.rule} by ours`)
    }
}

/** Some read 64 bits as a double. */
function loosely(row: Row): unknown {
  const [first] = row
  return typeof first === "bigint" ? Number(first) : row
}

const contenders = [hand, ours, verdict, ...peers]
const taskOf = (each: { readonly name: string }, size: { readonly name: string }) => `${each.name}: ${size.name}`
const times = await timesOf(
  sizes.flatMap((size) => contenders.map((each) => ({ name: taskOf(each, size), run: () => each.decode(size.bytes) }))),
  rounds,
)

const over = (each: { readonly name: string }, base: { readonly name: string }, size: (typeof sizes)[number]) =>
  ratio(times, taskOf(each, size), taskOf(base, size))
const rows = contenders.map((each) => [
  each.name,
  each.checks,
  ...sizes.map((size) =>
    each === hand ? `1 (${duration(median(times.get(taskOf(hand, size)) ?? []))})` : timesText(over(each, hand, size)),
  ),
])
const most = (of: readonly { readonly name: string }[], each: (base: { readonly name: string }) => number) =>
  Math.max(...of.map(each))
const fastest = Math.max(...sizes.map((size) => most(peers, (peer) => over(ours, peer, size))))

process.stdout.write(
  `${[
    "## A format of one's own",
    "",
    "Messages of type, length and value, declared as a user would (bench/own/format.ts), half of them with text, which is copied; as a",
    "multiple of the time that a hand-written decoder takes. All read the same messages, and the hand-written one refuses thousands of",
    "mutants by the same rules as ours.",
    "",
    markdownTable(["decoder", "checks", ...sizes.map(({ name }) => name)], rows),
    "",
    targetTable([
      atMost(
        "a format of one's own, ours / hand-written:",
        Math.max(...sizes.map((size) => over(ours, hand, size))),
        1.2,
      ),
      atMost("a format of one's own, ours / fastest peer:", fastest, 1),
    ]),
    "",
  ].join("\n")}\n`,
)
