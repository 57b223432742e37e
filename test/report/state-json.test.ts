import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readBlob, readIndex } from "../../scripts/corpus.js"
import { receiverOfEntry } from "../../src/corpus.js"
import { type Channel, channels, decodeMigrateData, stateFromJson, stateToJson } from "../../src/index.js"
import { encode } from "../../src/layout/encode.js"
import { interpret } from "../../src/layout/interpret.js"
import { layoutStateFromJson } from "../../src/report/state-from-json.js"
import { layoutStateToJson } from "../../src/report/state-json.js"
import { Violation } from "../../src/violation/violation.js"
import { layoutArguments, layouts } from "../support/layouts.js"
import { statesOf } from "../support/states.js"

const accepted = readIndex().filter(({ verdict }) => verdict === "accept")

const stateOf = (entry: (typeof accepted)[number]) => {
  const decoded = decodeMigrateData(entry.channel, readBlob(entry), receiverOfEntry(entry))
  if (E.isLeft(decoded)) throw new Error("not accepted")
  return decoded.right
}

/** A capture's state as JSON, for tests to spoil. */
const jsonOf = (file: string) => {
  const entry = accepted.find((each) => each.file === file)
  if (entry === undefined) throw new Error(`no ${file}`)
  const json: { agent_base?: object } = JSON.parse(JSON.stringify(stateToJson(entry.channel, stateOf(entry))))
  return json
}

test.each(accepted)("the state of $file comes back from JSON", (entry) => {
  const state = stateOf(entry)
  const text = JSON.stringify(stateToJson(entry.channel, state))
  const read = stateFromJson(entry.channel, JSON.parse(text), receiverOfEntry(entry))
  expect(isDeepStrictEqual(read, E.right(state))).toBe(true)
})

test("whatever state of whatever layout comes back from JSON", () => {
  const stated = fc
    .tuple(layouts, layoutArguments)
    .chain(([layout, given]) => statesOf(layout, given).map((state) => [layout, given, state] as const))
  let read = 0
  fc.assert(
    fc.property(stated, ([layout, given, drawn]) => {
      const bytes = encode(layout, drawn, given)
      const { state } = bytes instanceof Violation ? { state: undefined } : interpret(layout, bytes, given)
      if (state === undefined) return
      read++
      const text = JSON.stringify(layoutStateToJson(layout, state))
      expect(layoutStateFromJson(layout, JSON.parse(text))).toEqual(E.right(state))
    }),
    { numRuns: 300 },
  )
  expect(read).toBeGreaterThan(20)
})

test("a display's state has its wide numbers as text and its surfaces as objects", () => {
  expect(jsonOf("display/genuine/display-base.bin")).toEqual({
    message_serial: "19",
    low_bandwidth_setting: false,
    pixmap_cache_id: 1,
    pixmap_cache_size: "20971520",
    pixmap_cache_freezer: true,
    pixmap_cache_clients: ["0", "0", "0", "0"],
    glz_dict_id: 1,
    glz: { size: 6290432, max_encoders: 4, last_image_id: "9" },
    surfaces: { kind: "lossy", entries: [{ id: 0, left: 0, top: 0, right: 0, bottom: 0 }] },
  })
})

test("a queue is hexadecimal digits", () => {
  expect(jsonOf("main/genuine/main-agent.bin")).toMatchObject({
    agent_base: { write_data: expect.stringMatching(/^[0-9a-f]{70}$/) },
  })
})

const refusalOf = (channel: Channel, json: unknown) => {
  const read = stateFromJson(channel, json)
  return E.isLeft(read) ? { rule: read.left[0].rule, path: read.left[0].path } : "accepted"
}

const main = jsonOf("main/genuine/main-agent.bin")
const base = main.agent_base
const display = jsonOf("display/genuine/display-base.bin")

describe("what is no state", () => {
  test.each<[what: string, channel: Channel, json: unknown, rule: string, path: string]>([
    [
      "a list of holes",
      "display",
      { ...display, surfaces: { kind: "lossy", entries: new Array(2 ** 32 - 1) } },
      "state/form",
      "surfaces.entries",
    ],
    ["nothing", "inputs", undefined, "state/form", ""],
    ["null", "inputs", null, "state/form", ""],
    ["a list", "inputs", [{ motion_count: 1 }], "state/form", ""],
    ["a text", "inputs", '{"motion_count":1}', "state/form", ""],
    ["a function", "inputs", () => 1, "state/form", ""],
    ["an object without its member", "inputs", {}, "state/missing-member", "motion_count"],
    ["an object with one more", "inputs", { motion_count: 1, motionCount: 1 }, "state/unknown-member", "motionCount"],
    ["an inherited member", "inputs", Object.create({ motion_count: 1 }), "state/missing-member", "motion_count"],
    [
      "a prototype",
      "inputs",
      JSON.parse('{"motion_count":1,"__proto__":{"a":1}}'),
      "state/unknown-member",
      "__proto__",
    ],
    [
      "a constructor",
      "inputs",
      JSON.parse('{"motion_count":1,"constructor":1}'),
      "state/unknown-member",
      "constructor",
    ],
    ["a name that a terminal obeys", "inputs", { motion_count: 1, "\u001b[2J": 1 }, "state/unknown-member", "??2J"],
    ["a number as text", "inputs", { motion_count: "1" }, "layout/value-type", "motion_count"],
    ["a fraction", "inputs", { motion_count: 1.5 }, "layout/value-type", "motion_count"],
    ["a number that its field cannot hold", "inputs", { motion_count: 65536 }, "layout/value-range", "motion_count"],
    ["a state that breaks a rule", "inputs", { motion_count: 5000 }, "inputs/motion-count-limit", "motion_count"],
    ["a flag as a number", "main", { ...main, client_agent_started: 0 }, "layout/value-type", "client_agent_started"],
    [
      "bytes as a list",
      "main",
      { ...main, agent_base: { ...base, write_data: [1] } },
      "state/form",
      "agent_base.write_data",
    ],
    [
      "half a byte",
      "main",
      { ...main, agent_base: { ...base, write_data: "a" } },
      "state/form",
      "agent_base.write_data",
    ],
    [
      "upper case",
      "main",
      { ...main, agent_base: { ...base, write_data: "AA" } },
      "state/form",
      "agent_base.write_data",
    ],
    ["a null part", "main", { ...main, agent_base: null }, "state/form", "agent_base"],
    [
      "a size, which follows",
      "main",
      { ...main, agent_base: { ...base, write_size: 1 } },
      "state/unknown-member",
      "agent_base.write_size",
    ],
    ["a wide number as a number", "display", { ...display, message_serial: 19 }, "state/form", "message_serial"],
    ["a wide number with a sign", "display", { ...display, message_serial: "+19" }, "state/form", "message_serial"],
    [
      "a wide number with a zero in front",
      "display",
      { ...display, message_serial: "019" },
      "state/form",
      "message_serial",
    ],
    [
      "a wide number beyond 64 bits",
      "display",
      { ...display, message_serial: "18446744073709551616" },
      "layout/value-range",
      "message_serial",
    ],
    [
      "an array that is too short",
      "display",
      { ...display, pixmap_cache_clients: ["0"] },
      "layout/value-type",
      "pixmap_cache_clients",
    ],
    [
      "a list that is none",
      "display",
      { ...display, pixmap_cache_clients: { length: 4 } },
      "state/form",
      "pixmap_cache_clients",
    ],
    [
      "a table of no kind",
      "display",
      { ...display, surfaces: { kind: "toString", entries: [] } },
      "state/form",
      "surfaces.kind",
    ],
    [
      "a table without entries",
      "display",
      { ...display, surfaces: { kind: "lossy" } },
      "state/missing-member",
      "surfaces.entries",
    ],
    [
      "an entry with half its members",
      "display",
      { ...display, surfaces: { kind: "lossless", entries: [{}] } },
      "state/missing-member",
      "surfaces.entries[0].id",
    ],
    [
      "an id that would be cut to 32 bits",
      "display",
      { ...display, surfaces: { kind: "lossless", entries: [{ id: 2 ** 32 }] } },
      "state/form",
      "surfaces.entries[0].id",
    ],
  ])("(%s, %s) is refused where it is wrong", (_, channel, json, rule, path) => {
    expect(refusalOf(channel, json)).toEqual({ rule, path })
  })

  test("such as an object that throws or watches is refused, and not run twice", () => {
    const throwing = {
      get motion_count(): number {
        throw new Error("no")
      },
    }
    const watching = new Proxy({ motion_count: 1 }, {})
    for (const json of [throwing, watching]) expect(refusalOf("inputs", json)).toEqual({ rule: "state/form", path: "" })
  })

  test("leaves no trace in prototypes", () => {
    stateFromJson("inputs", JSON.parse('{"__proto__":{"polluted":1},"motion_count":1}'))
    expect(Reflect.get({}, "polluted")).toBeUndefined()
  })

  test("a channel that carries no state is refused", () => {
    for (const channel of ["cursor", "__proto__"])
      expect(refusalOf(channel as Channel, { motion_count: 1 })).toEqual({ rule: "spice/channel", path: "" })
  })

  test("whatever JSON it is, reading it does not throw", () => {
    fc.assert(
      fc.property(fc.constantFrom(...channels), fc.jsonValue(), (channel, json) => {
        expect(E.isLeft(stateFromJson(channel, json))).toBe(true)
      }),
    )
  })
})
