import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { planOf } from "../../src/layout/plan.js"
import { formats } from "../../src/spice/formats.js"
import { fieldsIn, type ShownField, tshark } from "../support/tshark.js"

const root = new URL("../..", import.meta.url).pathname
const scripts = readdirSync(join(root, "formats"))
  .filter((file) => file.endsWith(".lua"))
  .map((file) => join(root, "formats", file))

const protocols = Object.values(formats).map(({ format }) => `spice_migrate_${format}`)

/** What the scripts show of a capture of the lab: by protocol, the fields of each message. */
const shown = (capture: string): ReadonlyMap<string, readonly (readonly ShownField[])[]> => {
  const filter = protocols.join(" or ")
  const pdml = tshark(join(root, "corpus/captures", capture), scripts, ["-Y", filter, "-T", "pdml"])
  return new Map(protocols.map((protocol) => [protocol, fieldsIn(pdml, protocol).filter(({ length }) => length > 0)]))
}

describe.each([
  ["seamless.pcapng", "short headers"],
  ["hostile.pcap", "long headers"],
])("in %s, with %s", (capture) => {
  const found = shown(capture)

  test.each(Object.entries(formats))("every field of the fixed part of %s is shown by its name", (format, layout) => {
    const messages = found.get(`spice_migrate_${format}`) ?? []
    expect(messages.length).toBeGreaterThan(0)
    const names = planOf(layout).fields.map(({ path }) => path.replace(/\[\d+\]/g, ""))
    for (const message of messages) expect(message.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  })
})

test("what the source sends and what the client relays is the same in a seamless migration, and breaks no rule", () => {
  for (const [protocol, messages] of shown("seamless.pcapng")) {
    expect(
      messages.flat().filter(({ name }) => name === "violation"),
      protocol,
    ).toEqual([])
    const plain = messages.map((message) => JSON.stringify(message))
    for (const message of plain) expect(plain.filter((other) => other === message).length % 2, protocol).toBe(0)
  }
})

test("the message that crashes a target is shown with the rule that it breaks", () => {
  const [violation] = (shown("hostile.pcap").get("spice_migrate_display") ?? [])
    .flat()
    .filter(({ name }) => name === "violation")
  expect(violation?.value).toBe("layout/count-fits")
})

/** A capture of TCP segments from one side: each with its place in the stream. */
const captureOf = (segments: readonly (readonly [at: number, payload: Uint8Array])[]): Buffer =>
  Buffer.concat([
    header32(0xa1b2c3d4, 0x00040002, 0, 0, 0x40000, linkTypeRaw),
    ...segments.flatMap(([at, payload]) => {
      const packet = Buffer.alloc(40 + payload.length)
      packet.set([0x45], 0)
      packet.writeUInt16BE(packet.length, 2)
      packet.set([64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2], 8)
      packet.writeUInt16BE(40000, 20)
      packet.writeUInt16BE(5900, 22)
      packet.writeUInt32BE(1000 + at, 24)
      packet.set([0x50, 0x10, 0xff, 0xff], 32)
      packet.set(payload, 40)
      return [header32(0, 0, packet.length, packet.length), packet]
    }),
  ])

/** Packets that begin with their IP header: LINKTYPE_RAW. */
const linkTypeRaw = 101

const header32 = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index)
  return bytes
}

const inputsMessage = Uint8Array.from([5, 0, 10, 0, 0, 0, ...Buffer.from("ICMD"), 1, 0, 0, 0, 7, 0])
const [first, second] = [inputsMessage.subarray(0, 9), inputsMessage.subarray(9)]
const other = Uint8Array.from([3, 0, 4, 0, 0, 0, 1, 2, 3, 4])

test.each<[string, readonly (readonly [number, Uint8Array])[], number]>([
  ["in one segment", [[0, inputsMessage]], 1],
  ["behind another message", [[0, Uint8Array.from([...other, ...inputsMessage])]], 1],
  [
    "in two segments",
    [
      [0, first],
      [9, second],
    ],
    1,
  ],
  ["byte by byte", Array.from(inputsMessage, (byte, at) => [at, Uint8Array.of(byte)] as const), 1],
  [
    "twice, for it was sent again",
    [
      [0, inputsMessage],
      [0, inputsMessage],
    ],
    1,
  ],
  [
    "two of them",
    [
      [0, inputsMessage],
      [16, inputsMessage],
    ],
    2,
  ],
  [
    "with a gap in it",
    [
      [0, first],
      [12, second.subarray(3)],
    ],
    0,
  ],
  ["of another type", [[0, inputsMessage.with(0, 9)]], 0],
  ["larger than any", [[0, inputsMessage.with(5, 9)]], 0],
])("a message %s", (_, segments, count) => {
  const folder = mkdtempSync(join(tmpdir(), "migration-guard-"))
  try {
    const file = join(folder, "segments.pcap")
    writeFileSync(file, captureOf(segments))
    const shownFields = fieldsIn(tshark(file, scripts, ["-T", "pdml"]), "spice_migrate_inputs").flat()
    expect(shownFields.filter(({ name, value }) => name === "motion_count" && value === "7")).toHaveLength(count)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
