import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  type Channel,
  type DecodeOptions,
  type DisplayState,
  decodeMigrateData,
  defaultReceiver,
  encodeMigrateData,
  type InputsState,
  type MainState,
  type MigrateData,
  type ReceiverState,
  type SmartcardState,
  type SpicevmcState,
} from "../../src/index.js"
import { blobOf, bytesOfRow, type FieldTable } from "../support/field-table.js"
import {
  displayBaseTable,
  displayLosslessTable,
  displaySecondHeadTable,
  inputsBaseTable,
  mainAgentTable,
  mainBaseTable,
  smartcardBaseTable,
  usbredirBaseTable,
} from "../support/genuine-tables.js"
import { handMadeTables } from "../support/hand-made-tables.js"
import {
  type ReadCharDevice,
  type ReadDisplay,
  type ReadInputs,
  type ReadLosslessSurface,
  type ReadLossySurface,
  type ReadMain,
  type ReadSmartcard,
  type ReadSpicevmc,
  readDisplayLossless,
  readDisplayLossy,
  readInputs,
  readMain,
  readSmartcard,
  readSpicevmc,
} from "../support/independent-read.js"

// What the state should hold, given what the independent reader saw.

const baseState = (read: ReadCharDevice): SpicevmcState["base"] => ({
  connected: read.connected === 1,
  num_client_tokens: read.num_client_tokens,
  num_send_tokens: read.num_send_tokens,
  write_num_client_tokens: read.write_num_client_tokens,
  write_data: read.write_data,
})

const filterState = (read: number): MainState["client2agent"]["msg_filter_result"] => {
  if (read === 0) return "ok"
  if (read === 1) return "discard"
  if (read === 3) return "monitors-config"
  throw new Error(`no server stores the filter result ${read}`)
}

const mainState = (read: ReadMain): MainState => ({
  agent_base: baseState(read.agent_base),
  client_agent_started: read.client_agent_started === 1,
  agent2client: {
    chunk_header_size: read.agent2client.chunk_header_size,
    chunk_header: { port: read.agent2client.chunk_header.port, size: read.agent2client.chunk_header.size },
    msg_header_done: read.agent2client.msg_header_done === 1,
    msg_header: read.agent2client.msg_header,
    msg_remaining: read.agent2client.msg_remaining,
    msg_filter_result: filterState(read.agent2client.msg_filter_result),
  },
  client2agent: {
    msg_remaining: read.client2agent.msg_remaining,
    msg_filter_result: filterState(read.client2agent.msg_filter_result),
  },
})

const displayState = (read: ReadDisplay<unknown>, surfaces: DisplayState["surfaces"]): DisplayState => ({
  message_serial: read.message_serial,
  low_bandwidth_setting: read.low_bandwidth_setting === 1,
  pixmap_cache_id: read.pixmap_cache_id,
  pixmap_cache_size: read.pixmap_cache_size,
  pixmap_cache_freezer: read.pixmap_cache_freezer === 1,
  pixmap_cache_clients: read.pixmap_cache_clients,
  glz_dict_id: read.glz_dict_id,
  glz: { size: read.glz.size, max_encoders: read.glz.max_encoders, last_image_id: read.glz.last_image_id },
  surfaces,
})

const displayLossyState = (read: ReadDisplay<ReadLossySurface>): DisplayState =>
  displayState(read, {
    kind: "lossy",
    columns: Int32Array.from([
      ...read.surfaces.map((surface) => surface.id),
      ...read.surfaces.map((surface) => surface.left),
      ...read.surfaces.map((surface) => surface.top),
      ...read.surfaces.map((surface) => surface.right),
      ...read.surfaces.map((surface) => surface.bottom),
    ]),
  })

const displayLosslessState = (read: ReadDisplay<ReadLosslessSurface>): DisplayState =>
  displayState(read, { kind: "lossless", columns: Int32Array.from(read.surfaces, (surface) => surface.id) })

const inputsState = (read: ReadInputs): InputsState => ({ motion_count: read.motion_count })

const spicevmcState = (read: ReadSpicevmc): SpicevmcState => ({ base: baseState(read.base) })

const smartcardState = (read: ReadSmartcard): SmartcardState => ({
  base: baseState(read.base),
  reader_added: read.reader_added === 1,
  read_data: { header: read.vsc_header, data: read.vsc_data },
})

interface Reading {
  /** The independent reader's object. */
  readonly read: (bytes: Uint8Array) => object
  /** The state that follows from it. */
  readonly state: (bytes: Uint8Array) => object
}

const reading = <R extends object>(read: (bytes: Uint8Array) => R, state: (read: R) => object): Reading => ({
  read,
  state: (bytes) => state(read(bytes)),
})

const readings = {
  main: reading(readMain, mainState),
  displayLossy: reading(readDisplayLossy, displayLossyState),
  displayLossless: reading(readDisplayLossless, displayLosslessState),
  inputs: reading(readInputs, inputsState),
  spicevmc: reading(readSpicevmc, spicevmcState),
  smartcard: reading(readSmartcard, smartcardState),
}

// Comparing by path, so that a failure names the field.

type Leaves = Readonly<Record<string, unknown>>

const typeOf = (value: Uint8Array | Uint32Array | Int32Array): string => {
  if (value instanceof Uint8Array) return "bytes"
  return value instanceof Uint32Array ? "u32" : "i32"
}

/** Path to value for everything below; an array of numbers of one width is one leaf that says which width. */
const leavesOf = (value: unknown, path = ""): Leaves => {
  if (value instanceof Uint8Array || value instanceof Uint32Array || value instanceof Int32Array) {
    return { [path]: [typeOf(value), ...value] }
  }
  if (typeof value !== "object" || value === null) return { [path]: value }
  const leaves: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) {
    Object.assign(leaves, leavesOf(part, path === "" ? name : `${path}.${name}`))
  }
  return leaves
}

/** The leaves that stand for bytes: not the empty queues and not the header that has not arrived. */
const occupiedLeavesOf = (read: object): Leaves =>
  Object.fromEntries(
    Object.entries(leavesOf(read)).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 1),
    ),
  )

const tableLeavesOf = (table: FieldTable): Leaves =>
  Object.fromEntries(table.map(([name, , , value]) => [name, Array.isArray(value) ? ["bytes", ...value] : value]))

const decoded = <C extends Channel>(
  channel: C,
  bytes: Uint8Array,
  receiver: ReceiverState,
  options?: DecodeOptions,
): MigrateData<C> => {
  const result = decodeMigrateData(channel, bytes, receiver, options)
  if (result._tag === "Left") throw new Error(`refused: ${result.left.map((violation) => violation.rule).join(", ")}`)
  return result.right
}

const encoded = <C extends Channel>(channel: C, state: MigrateData<C>, receiver: ReceiverState): Uint8Array => {
  const result = encodeMigrateData(channel, state, receiver)
  if (result._tag === "Left") throw new Error(`refused: ${result.left.map((violation) => violation.rule).join(", ")}`)
  return result.right
}

const fill = 0xa5

/** The blob inside a larger buffer of other bytes. */
const placedAt = (offset: number, bytes: Uint8Array): Uint8Array => {
  const outer = new Uint8Array(offset + bytes.length + 5).fill(fill)
  outer.set(bytes, offset)
  return outer.subarray(offset, offset + bytes.length)
}

const placedInBuffer = (bytes: Uint8Array): Buffer => {
  const placed = placedAt(3, bytes)
  return Buffer.from(placed.buffer, placed.byteOffset, placed.byteLength)
}

const placements: readonly (readonly [name: string, place: (bytes: Uint8Array) => Uint8Array])[] = [
  ["in an array of its own", (bytes) => Uint8Array.from(bytes)],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (offset) => [`at offset ${offset} of a larger buffer`, (bytes: Uint8Array) => placedAt(offset, bytes)] as const,
  ),
  ["in a Node Buffer", (bytes) => Buffer.from(bytes)],
  ["in a Node Buffer over offset 3 of a larger one", placedInBuffer],
]

const byteFieldsOf = (value: unknown): readonly Uint8Array[] => {
  if (value instanceof Uint8Array) return [value]
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return []
  return Object.values(value).flatMap(byteFieldsOf)
}

interface Sample {
  readonly title: string
  readonly channel: Channel
  readonly receiver: ReceiverState
  readonly bytes: Uint8Array
  readonly table: FieldTable
  readonly reading: Reading
}

/** What holds for every well-formed blob, captured or made by hand. */
const describeSample = ({ channel, receiver, bytes, table, reading }: Sample): void => {
  test("has a table that covers every byte exactly once", () => {
    const owners = Array.from({ length: bytes.length }, (): string[] => [])
    for (const [name, offset, length] of table) {
      for (let at = offset; at < offset + length; at++) {
        const owner = owners[at]
        if (owner === undefined) throw new RangeError(`${name} lies outside the file`)
        owner.push(name)
      }
    }
    expect(owners.filter((names) => names.length !== 1)).toStrictEqual([])
    expect(new Set(table.map(([name]) => name)).size).toBe(table.length)
  })

  test("is read by the independent reader as the table says", () => {
    expect(occupiedLeavesOf(reading.read(bytes))).toStrictEqual(tableLeavesOf(table))
  })

  test("decodes to the state that the independent reader saw", () => {
    const state = decoded(channel, Uint8Array.from(bytes), receiver)
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
  })

  test("encodes the decoded state back to identical bytes", () => {
    const state = decoded(channel, Uint8Array.from(bytes), receiver)
    expect([...encoded(channel, state, receiver)]).toStrictEqual([...bytes])
  })

  test.each(placements)("reads the same %s, without touching it", (_, place) => {
    const input = place(bytes)
    const around = new Uint8Array(input.buffer)
    const before = [...around]
    const state = decoded(channel, input, receiver)
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
    expect([...encoded(channel, state, receiver)]).toStrictEqual([...bytes])
    expect([...around]).toStrictEqual(before)
  })

  test.each(placements)("keeps nothing of an input %s", (_, place) => {
    const input = place(bytes)
    const state = decoded(channel, input, receiver)
    input.fill(0x5a)
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
    expect([...encoded(channel, state, receiver)]).toStrictEqual([...bytes])
  })

  test.each(placements)("shows its byte fields through an input %s when told to alias", (_, place) => {
    const input = place(bytes)
    const state = decoded(channel, input, receiver, { alias: true })
    expect(leavesOf(state)).toStrictEqual(leavesOf(reading.state(bytes)))
    input.fill(0x5a)
    for (const field of byteFieldsOf(state)) {
      expect([...field]).toStrictEqual(Array.from({ length: field.length }, () => 0x5a))
    }
  })

  test("refuses every shorter and every longer blob", () => {
    for (let size = 0; size < bytes.length; size++) {
      expect(decodeMigrateData(channel, bytes.slice(0, size), receiver)._tag, `${size} bytes`).toBe("Left")
    }
    for (const more of [1, 4, 20]) {
      const longer = new Uint8Array(bytes.length + more)
      longer.set(bytes)
      expect(decodeMigrateData(channel, longer, receiver)._tag, `${more} bytes more`).toBe("Left")
    }
  })
}

const capture = (path: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../../corpus/${path}`, import.meta.url)))

const lossyReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "always" }
const losslessReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "never" }
const autoReceiver: ReceiverState = { ...defaultReceiver, jpegWanCompression: "auto" }

const captures: readonly Sample[] = [
  {
    title: "main without an agent",
    channel: "main",
    receiver: defaultReceiver,
    bytes: capture("main/genuine/main-base.bin"),
    table: mainBaseTable,
    reading: readings.main,
  },
  {
    title: "main with 35 bytes pending for the agent",
    channel: "main",
    receiver: defaultReceiver,
    bytes: capture("main/genuine/main-agent.bin"),
    table: mainAgentTable,
    reading: readings.main,
  },
  {
    title: "display with lossy entries",
    channel: "display",
    receiver: lossyReceiver,
    bytes: capture("display/genuine/display-base.bin"),
    table: displayBaseTable,
    reading: readings.displayLossy,
  },
  {
    title: "display with lossless entries",
    channel: "display",
    receiver: losslessReceiver,
    bytes: capture("display/genuine/display-lossless.bin"),
    table: displayLosslessTable,
    reading: readings.displayLossless,
  },
  {
    title: "display of a second head without surfaces",
    channel: "display",
    receiver: lossyReceiver,
    bytes: capture("display/genuine/display-second-head.bin"),
    table: displaySecondHeadTable,
    reading: readings.displayLossy,
  },
  {
    title: "inputs without motion",
    channel: "inputs",
    receiver: defaultReceiver,
    bytes: capture("inputs/genuine/inputs-base.bin"),
    table: inputsBaseTable,
    reading: readings.inputs,
  },
  {
    title: "idle usbredir",
    channel: "usbredir",
    receiver: defaultReceiver,
    bytes: capture("spicevmc/genuine/usbredir-base.bin"),
    table: usbredirBaseTable,
    reading: readings.spicevmc,
  },
  {
    title: "smartcard reader without a card",
    channel: "smartcard",
    receiver: defaultReceiver,
    bytes: capture("smartcard/genuine/smartcard-base.bin"),
    table: smartcardBaseTable,
    reading: readings.smartcard,
  },
]

describe.each(captures)("captured: $title", (sample) => {
  test.each(sample.table.map((row) => ({ row, name: row[0] })))("holds $name where the table says", ({ row }) => {
    const [, offset, size] = row
    expect([...sample.bytes.subarray(offset, offset + size)]).toStrictEqual([...bytesOfRow(row)])
  })

  describeSample(sample)
})

test("the agent's 35 pending bytes are one announcement whose first byte the device already took", () => {
  const { write_data } = readMain(capture("main/genuine/main-agent.bin")).agent_base
  const view = new DataView(write_data.buffer)
  // Chunk header: the low byte of the port is gone, then the size of what follows.
  expect([...write_data.subarray(0, 3)]).toStrictEqual([0, 0, 0])
  expect(view.getUint32(3, true)).toBe(28)
  expect(write_data.length - 7).toBe(28)
  // Message header: protocol 1, type 6, opaque 0, and eight bytes of content.
  expect(view.getUint32(7, true)).toBe(1)
  expect(view.getUint32(11, true)).toBe(6)
  expect(view.getBigUint64(15, true)).toBe(0n)
  expect(view.getUint32(23, true)).toBe(8)
  expect(write_data.length - 27).toBe(8)
})

test.each(["usbredir", "port", "webdav", "spicevmc"] as const)(
  "a usbredir capture is a well-formed blob of %s",
  (channel) => {
    const bytes = capture("spicevmc/genuine/usbredir-base.bin")
    const state = decoded(channel, bytes, defaultReceiver)
    expect(leavesOf(state)).toStrictEqual(leavesOf(readings.spicevmc.state(bytes)))
    expect([...encoded(channel, state, defaultReceiver)]).toStrictEqual([...bytes])
  },
)

test("a display capture is refused by a receiver that expects the other kind of surface entry", () => {
  const lossy = capture("display/genuine/display-base.bin")
  const lossless = capture("display/genuine/display-lossless.bin")
  expect(decodeMigrateData("display", lossy, losslessReceiver)._tag).toBe("Left")
  expect(decodeMigrateData("display", lossless, lossyReceiver)._tag).toBe("Left")
  // Both have low_bandwidth_setting 0, which auto takes to mean lossless.
  expect(decodeMigrateData("display", lossy, autoReceiver)._tag).toBe("Left")
  expect(leavesOf(decoded("display", lossless, autoReceiver))).toStrictEqual(
    leavesOf(readings.displayLossless.state(lossless)),
  )
})

test("a capture is refused on every channel of another format", () => {
  const formats: readonly (readonly Channel[])[] = [
    ["main"],
    ["display"],
    ["inputs"],
    ["smartcard"],
    ["usbredir", "port", "webdav", "spicevmc"],
  ]
  for (const { channel, bytes, receiver, title } of captures) {
    for (const others of formats.filter((format) => !format.includes(channel))) {
      for (const other of others) {
        expect(decodeMigrateData(other, bytes, receiver)._tag, `${title} as ${other}`).toBe("Left")
      }
    }
  }
})

const handMade = handMadeTables.map(
  ({ title, channel, receiver, table, reading }): Sample => ({
    ...{ title, channel, table, reading: readings[reading] },
    receiver: { ...defaultReceiver, ...receiver },
    bytes: blobOf(table),
  }),
)

describe.each(handMade)("made by hand: $title", describeSample)
