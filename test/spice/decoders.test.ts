import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readBlob, readIndex } from "../../scripts/corpus.js"
import { receiverOfEntry } from "../../src/corpus.js"
import {
  type Channel,
  channels,
  checkMigrateData,
  decodeMigrateData,
  defaultReceiver,
  encodeMigrateData,
  type ReceiverState,
} from "../../src/index.js"
import { mostViolations } from "../../src/layout/emitted.js"
import { readingOf } from "../../src/spice/reading.js"
import { plain } from "../plain.js"
import { anyChannel, anyReceiver, edited, edits, validState } from "./arbitraries.js"

const expectAgreement = (channel: Channel, bytes: Uint8Array, receiver: ReceiverState): void => {
  const { violations, state } = readingOf(channel, bytes, receiver)
  const [first] = violations
  const decoded = decodeMigrateData(channel, bytes, receiver)
  if (E.isRight(decoded)) expect(first).toBeUndefined()
  if (E.isRight(decoded)) expect(decoded.right).toEqual(state)
  else expect(decoded.left.map(plain)).toEqual(first === undefined ? [] : [plain(first)])
  const judged = checkMigrateData(channel, bytes, receiver)
  expect(judged && plain(judged)).toEqual(first && plain(first))
  const everything = decodeMigrateData(channel, bytes, receiver, { all: true })
  if (E.isLeft(everything)) expect(everything.left.map(plain)).toEqual(violations.map(plain))
}

const valid = fc.record({ channel: anyChannel, receiver: anyReceiver }).chain(({ channel, receiver }) =>
  validState(channel, receiver).map((state) => {
    const { jpegWanCompression, provenance, accept } = receiver
    const settings = { ...defaultReceiver, jpegWanCompression, provenance, accept }
    const blob = encodeMigrateData(channel, state, settings)
    if (E.isLeft(blob)) throw new Error(blob.left[0].message)
    return { channel, receiver, settings, state, blob: blob.right }
  }),
)

describe("both decoders agree on verdict, state and violations", () => {
  test("of valid blobs", () => {
    fc.assert(
      fc.property(valid, ({ channel, blob, settings }) => expectAgreement(channel, blob, settings)),
      {
        numRuns: 500,
      },
    )
  })

  test("of valid blobs under other receivers", () => {
    fc.assert(
      fc.property(valid, ({ channel, blob, receiver }) => expectAgreement(channel, blob, receiver)),
      {
        numRuns: 1000,
      },
    )
  })

  test("of edited blobs", () => {
    fc.assert(
      fc.property(valid, edits, fc.boolean(), ({ channel, blob, settings, receiver }, edit, other) =>
        expectAgreement(channel, edited(blob, edit), other ? receiver : settings),
      ),
      { numRuns: 3000 },
    )
  })

  test("of edited captures and witnesses", () => {
    const entries = readIndex().filter((entry) => entry.origin !== "shape" && readBlob(entry).length <= 8192)
    fc.assert(
      fc.property(fc.constantFrom(...entries), edits, (entry, edit) =>
        expectAgreement(entry.channel, edited(readBlob(entry), edit), receiverOfEntry(entry)),
      ),
      { numRuns: 3000 },
    )
  })

  test("of random bytes", () => {
    fc.assert(fc.property(anyChannel, fc.uint8Array({ maxLength: 200 }), anyReceiver, expectAgreement), {
      numRuns: 1000,
    })
  })
})

describe("decoding and encoding are inverse", () => {
  test("on every valid state", () => {
    fc.assert(
      fc.property(valid, ({ channel, blob, settings, state }) => {
        expect(decodeMigrateData(channel, blob, settings)).toEqual(E.right(state))
      }),
      { numRuns: 1000 },
    )
  })

  test("on every blob that is accepted", () => {
    fc.assert(
      fc.property(valid, edits, ({ channel, blob, settings }, edit) => {
        const bytes = edited(blob, edit)
        const decoded = decodeMigrateData(channel, bytes, settings)
        if (E.isRight(decoded)) expect(encodeMigrateData(channel, decoded.right, settings)).toEqual(E.right(bytes))
      }),
      { numRuns: 2000 },
    )
  })
})

const inputsBlob = Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0)

const detached = (): Uint8Array => {
  const bytes = new Uint8Array(10)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

const detachedColumns = (): Int32Array => {
  const columns = new Int32Array(1)
  structuredClone(columns.buffer, { transfer: [columns.buffer] })
  return columns
}

const idle = { connected: true, num_client_tokens: 0xffffffff, num_send_tokens: 0xffffffff, write_num_client_tokens: 0 }

const decodedDisplay = () => {
  const blob = readBlob({ file: "display/genuine/display-lossless.bin" })
  const decoded = decodeMigrateData("display", blob, { ...defaultReceiver, jpegWanCompression: "never" })
  if (E.isLeft(decoded)) throw new Error(decoded.left[0].message)
  return decoded.right
}

/** A copy of a state in which the member number `at`, counted at every depth, is replaced. */
const replaced = (state: object, at: number, value: unknown): object => {
  const paths = pathsOf(state)
  const path = paths[at % paths.length] ?? []
  const copy = structuredClone(state)
  const owner = path.slice(0, -1).reduce<object>((inner, key) => Object(Reflect.get(inner, key)), copy)
  Reflect.set(owner, path.at(-1) ?? "", value)
  return copy
}

const pathsOf = (value: unknown): readonly (readonly string[])[] =>
  typeof value === "object" && value !== null && !ArrayBuffer.isView(value)
    ? Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])])
    : []

describe("decoding is total", () => {
  const anything = fc.anything({
    withBigInt: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  })
  const nearlyChannel = fc.oneof(anyChannel, anything)
  const nearlyBytes = fc.oneof(
    fc.constantFrom(...readIndex().slice(0, 7).map(readBlob), detached(), inputsBlob.buffer),
    fc.uint8Array({ maxLength: 120 }),
    anything,
  )
  const nearlyReceiver = fc.oneof(
    fc.constant(defaultReceiver),
    fc
      .tuple(fc.constantFrom(...Object.keys(defaultReceiver)), anything)
      .map(([member, value]) => ({ ...defaultReceiver, [member]: value })),
    anything,
  )
  const nearlyOptions = fc.oneof(fc.record({ all: fc.boolean(), alias: fc.boolean() }), anything)

  test("for any argument of any type", () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(nearlyChannel, nearlyBytes, nearlyReceiver, nearlyOptions, (...callers) => {
        const decoded = Reflect.apply(decodeMigrateData, undefined, callers)
        if (decoded._tag === "Left") expect(decoded.left.length).toBeGreaterThan(0)
        seen.add(decoded._tag === "Left" ? decoded.left[0].rule : "accepted")
      }),
      { numRuns: 3000 },
    )
    expect([...seen]).toEqual(
      expect.arrayContaining(["spice/channel", "spice/receiver", "layout/argument", "layout/magic", "accepted"]),
    )
  })

  test("for any state to encode, a valid one with any member replaced by anything", () => {
    fc.assert(
      fc.property(valid, fc.nat(), anything, ({ channel, state, settings }, at, value) => {
        const encoded = Reflect.apply(encodeMigrateData, undefined, [channel, replaced(state, at, value), settings])
        expect(["Left", "Right"]).toContain(encoded._tag)
      }),
      { numRuns: 3000 },
    )
  })

  const display = { ...decodedDisplay(), pixmap_cache_clients: Object.assign([1n], { length: 4 }) }
  test.each<[string, Channel, unknown]>([
    ["an array with holes", "display", display],
    ["detached bytes", "spicevmc", { base: { ...idle, write_data: detached() } }],
    [
      "detached columns",
      "display",
      { ...decodedDisplay(), surfaces: { kind: "lossless", columns: detachedColumns() } },
    ],
  ])("for %s in a state", (_, channel, state) => {
    const encoded = Reflect.apply(encodeMigrateData, undefined, [channel, state])
    expect(encoded._tag === "Left" && encoded.left[0].rule).toBe("layout/value-type")
  })

  test("and refuses an input whose memory is gone", () => {
    for (const all of [false, true]) {
      const decoded = decodeMigrateData("inputs", detached(), defaultReceiver, { all })
      expect(E.isLeft(decoded) && decoded.left.map(({ rule }) => rule)).toEqual(["layout/argument"])
    }
  })

  test("and names the wrong argument", () => {
    const blob = new Uint8Array(10)
    const cases: readonly (readonly [readonly unknown[], string])[] = [
      [["cursor", blob], "spice/channel"],
      [["toString", blob], "spice/channel"],
      [[undefined, blob], "spice/channel"],
      [["inputs", blob, null], "spice/receiver"],
      [["inputs", blob, {}], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxMotionCount: Number.NaN }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxMotionCount: -1 }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxBlobBytes: null }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxBlobBytes: { inputs: 10 } }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxWriteBytes: 5 }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxReadBytes: undefined }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, maxReadBytes: { smartcard: 2 ** 53 } }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, surfaceTableSize: "9" }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, source: "0.14" }], "spice/receiver"],
      [["inputs", blob, { ...defaultReceiver, jpegWanCompression: "sometimes" }], "spice/receiver"],
      [["inputs", [...blob]], "layout/argument"],
      [["inputs", blob.buffer], "layout/argument"],
      [["inputs", new Uint16Array(5)], "layout/argument"],
      [["inputs", new Uint8Array(new SharedArrayBuffer(10))], "layout/argument"],
      [["inputs", Object.create(Uint8Array.prototype)], "layout/argument"],
      [["inputs", { length: 10, [Symbol.toStringTag]: "Uint8Array" }], "layout/argument"],
      [["inputs", new Proxy(blob, {})], "layout/argument"],
    ]
    for (const [callers, rule] of cases) {
      const decoded = Reflect.apply(decodeMigrateData, undefined, callers)
      expect([rule, decoded._tag, decoded.left?.[0].rule]).toEqual([rule, "Left", rule])
    }
  })

  test("and says what is wrong with it", () => {
    const refusal = (...callers: readonly unknown[]) => {
      const { code, path, offset, length, message } = Reflect.apply(decodeMigrateData, undefined, callers).left[0]
      return { code, path, offset, length, message }
    }
    const whole = { path: "", offset: 0, length: 0 }
    expect(refusal("cursor", new Uint8Array())).toEqual({
      ...whole,
      code: "wrong-channel",
      message: "the input: The channel must be one that carries migration data.",
    })
    expect(refusal("inputs", new Uint8Array(), {})).toEqual({
      ...whole,
      code: "wrong-type",
      message:
        "the input: The receiver must be a whole ReceiverState; spread defaultReceiver and override what differs.",
    })
  })

  const numbers: readonly string[] = Object.entries(defaultReceiver).flatMap(([name, value]) => {
    if (typeof value === "number") return [name]
    return typeof value === "object" ? Object.keys(value).map((key) => `${name}.${key}`) : []
  })

  test.each(numbers)("and refuses a receiver without the number %s", (path) => {
    const [name = "", key] = path.split(".")
    const sizes: unknown = Reflect.get(defaultReceiver, name)
    const changed = key === undefined ? undefined : { ...Object(sizes), [key]: Number.NaN }
    const decoded = decodeMigrateData("inputs", inputsBlob, { ...defaultReceiver, [name]: changed })
    expect(E.isLeft(decoded) && decoded.left[0].rule).toBe("spice/receiver")
    expect(E.isRight(decodeMigrateData("inputs", inputsBlob, { ...defaultReceiver }))).toBe(true)
  })

  test("and refuses an unknown channel when encoding", () => {
    const encoded = Reflect.apply(encodeMigrateData, undefined, ["cursor", { motion_count: 0 }])
    expect(encoded.left[0].rule).toBe("spice/channel")
  })

  test("null options are no options", () => {
    const blob = new Uint8Array([73, 67, 77, 68, 1, 0, 0, 0, 2, 0])
    expect(Reflect.apply(decodeMigrateData, undefined, ["inputs", blob, defaultReceiver, null])).toEqual(
      E.right({ motion_count: 2 }),
    )
  })

  test.each(channels)("of %s: an empty blob is refused", (channel) => {
    const decoded = decodeMigrateData(channel, new Uint8Array())
    expect(E.isLeft(decoded) && decoded.left[0].code).toBe("truncated")
  })
})

describe("all violations", () => {
  const lossy: ReceiverState = { ...defaultReceiver, jpegWanCompression: "always" }

  test("are collected where they do not follow from each other", () => {
    const blob = readBlob({ ...genuine("main/genuine/main-agent.bin") }).slice()
    const bytes = Uint8Array.from(blob)
    bytes[12] = 2
    bytes[34] = 9
    bytes[64] = 2
    const decoded = decodeMigrateData("main", bytes, defaultReceiver, { all: true })
    expect(E.isLeft(decoded) && decoded.left.map(({ rule }) => rule)).toEqual([
      "layout/boolean",
      "layout/enumeration",
      "main/chunk-header-size",
    ])
  })

  test("are no more than a report can hold", () => {
    const count = 1000
    const bytes = new Uint8Array(84 + 20 * count)
    bytes.set(readBlob(genuine("display/genuine/display-base.bin")).subarray(0, 80))
    bytes[25] = 0x80
    new DataView(bytes.buffer).setUint32(80, count, true)
    const decoded = decodeMigrateData("display", bytes, lossy, { all: true })
    expect(E.isLeft(decoded) && decoded.left.length).toBe(mostViolations)
    const { claims } = readingOf("display", bytes, lossy)
    expect(claims.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length)
  })

  test.each([
    { setting: "always", size: 20, rule: "display/surface-id-in-table", first: 5000, left: 0 },
    { setting: "always", size: 20, rule: "display/lossy-region-ordered", first: 0, left: 1 },
    { setting: "never", size: 4, rule: "display/surface-id-in-table", first: 5000, left: 0 },
    { setting: "never", size: 4, rule: "display/surface-ids-ascend", first: undefined, left: 0 },
  ] as const)("are no more than that where each entry breaks $rule, read as $setting lossy", (each) => {
    const count = 100
    const bytes = new Uint8Array(84 + each.size * count)
    bytes.set(readBlob(genuine("display/genuine/display-base.bin")).subarray(0, 80))
    const view = new DataView(bytes.buffer)
    view.setUint32(80, count, true)
    for (let index = 0; index < count; index++) {
      view.setUint32(84 + each.size * index, each.first === undefined ? 0 : each.first + index, true)
      if (each.size > 4) view.setInt32(88 + each.size * index, each.left, true)
    }
    const receiver = { ...defaultReceiver, jpegWanCompression: each.setting }
    expectAgreement("display", bytes, receiver)
    const decoded = decodeMigrateData("display", bytes, receiver, { all: true })
    expect(E.isLeft(decoded) && decoded.left.map(({ rule }) => rule)).toEqual(Array(mostViolations).fill(each.rule))
  })
})

const genuine = (file: string) => {
  const entry = readIndex().find((each) => each.file === file)
  if (entry === undefined) throw new Error(`no ${file}`)
  return entry
}

describe("checkMigrateData", () => {
  test.each([
    { channel: "cursor", bytes: new Uint8Array(), receiver: defaultReceiver, rule: "spice/channel" },
    { channel: "toString", bytes: new Uint8Array(), receiver: defaultReceiver, rule: "spice/channel" },
    { channel: "inputs", bytes: new Uint8Array(), receiver: { maxEncoders: 4 }, rule: "spice/receiver" },
    { channel: "inputs", bytes: [0x49, 0x43, 0x4d, 0x44], receiver: defaultReceiver, rule: "layout/argument" },
    {
      channel: "inputs",
      bytes: new Uint8Array(new SharedArrayBuffer(10)),
      receiver: defaultReceiver,
      rule: "layout/argument",
    },
  ])("refuses arguments by $rule", ({ channel, bytes, receiver, rule }) => {
    expect(checkMigrateData(channel as Channel, bytes, receiver as ReceiverState)?.rule).toBe(rule)
  })
})
