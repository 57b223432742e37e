import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Channel,
  defaultReceiver,
  encodeMigrateData,
  type MigrateData,
  type ReceiverState,
  surfacesOf,
} from "../../src/index.js"
import { formats } from "../../src/spice/formats.js"
import { chosen, procedureOf } from "../../src/testing/arbitrary/choice-arbitrary.js"
import { arbitraryOf, attacksOf, blobsOf, fromFuzzerBytes, toFuzzerBytes } from "../../src/testing/index.js"
import { layoutOf, sealedReceiver, smallReceiver } from "./receivers.js"

const seeds = [1, 2]
/** Shrinking that asks more often than this counts as endless. */
const mostRuns = 5000

interface Shrunk<T> {
  readonly value: T
  readonly runs: number
  readonly shrinks: number
}

/** The counterexample that is left of a property which holds where `isSmall`. */
const shrunk = <T>(
  arbitrary: fc.Arbitrary<T>,
  isSmall: (value: T) => boolean,
  parameters: fc.Parameters<[T]>,
): Shrunk<T> => {
  let runs = 0
  const { counterexample, numShrinks } = fc.check(
    fc.property(arbitrary, (value) => {
      runs++
      return runs > 2000 + mostRuns || isSmall(value)
    }),
    { numRuns: 2000, ...parameters },
  )
  const [value] = counterexample ?? expect.fail("nothing was found")
  return { value, runs, shrinks: numShrinks }
}

const unconnected = {
  connected: false,
  num_client_tokens: 0,
  num_send_tokens: 0,
  write_num_client_tokens: 0,
  write_data: new Uint8Array(),
}
const connected = { ...unconnected, connected: true }
const unlimited = { ...connected, num_client_tokens: 0xffffffff }
const least: { readonly [C in "main" | "display" | "spicevmc" | "smartcard"]: MigrateData<C> } = {
  main: {
    agent_base: unconnected,
    client_agent_started: false,
    agent2client: {
      chunk_header_size: 0,
      chunk_header: { port: 0, size: 0 },
      msg_header_done: false,
      msg_header: new Uint8Array(),
      msg_remaining: 0,
      msg_filter_result: "ok",
    },
    client2agent: { msg_remaining: 0, msg_filter_result: "ok" },
  },
  display: {
    message_serial: 0n,
    low_bandwidth_setting: false,
    pixmap_cache_id: 0,
    pixmap_cache_size: 0n,
    pixmap_cache_freezer: false,
    pixmap_cache_clients: [0n, 0n, 0n, 0n],
    glz_dict_id: 0,
    glz: { size: 0, max_encoders: 4, last_image_id: 0n },
    surfaces: { kind: "lossless", columns: new Int32Array() },
  },
  spicevmc: { base: unlimited },
  smartcard: { base: unconnected, reader_added: false, read_data: { header: null, data: new Uint8Array() } },
}

const lossy: ReceiverState = { ...defaultReceiver, jpegWanCompression: "always" }
const never: ReceiverState = { ...defaultReceiver, jpegWanCompression: "never" }

interface Case<C extends Channel> {
  readonly channel: C
  readonly receiver?: ReceiverState
  readonly isSmall: (state: MigrateData<C>) => boolean
  readonly expected: MigrateData<C>
}

const of = <C extends Channel>(named: string, shrinking: Case<C>) =>
  [named, shrinking as unknown as Case<Channel>] as const

const cases = [
  of("a number of 16 bits", {
    channel: "inputs",
    isSmall: ({ motion_count }) => motion_count < 1000,
    expected: { motion_count: 1000 },
  }),
  of("a number of 32 bits", {
    channel: "display",
    receiver: never,
    isSmall: ({ glz }) => glz.size < 20_000_000,
    expected: { ...least.display, glz: { ...least.display.glz, size: 20_000_000 } },
  }),
  of("a number of 64 bits", {
    channel: "display",
    receiver: never,
    isSmall: ({ message_serial }) => message_serial < 2n ** 50n + 7n,
    expected: { ...least.display, message_serial: 2n ** 50n + 7n },
  }),
  of("one of several numbers", {
    channel: "display",
    receiver: never,
    isSmall: ({ pixmap_cache_clients: [, , third] }) => Number(third) < 300,
    expected: { ...least.display, pixmap_cache_clients: [0n, 0n, 300n, 0n] },
  }),
  of("a negative number", {
    channel: "display",
    receiver: lossy,
    isSmall: (state) => [...surfacesOf(state)].every(({ lossyRegion }) => Number(lossyRegion?.left) >= -10),
    expected: { ...least.display, surfaces: { kind: "lossy", columns: Int32Array.of(0, -11, 0, 0, 1) } },
  }),
  of("a table", {
    channel: "display",
    receiver: never,
    isSmall: ({ surfaces }) => surfaces.columns.length < 5,
    expected: { ...least.display, surfaces: { kind: "lossless", columns: Int32Array.of(0, 1, 2, 3, 4) } },
  }),
  of("one entry of a table", {
    channel: "display",
    receiver: never,
    isSmall: (state) => [...surfacesOf(state)].every(({ id }) => id < 700),
    expected: { ...least.display, surfaces: { kind: "lossless", columns: Int32Array.of(700) } },
  }),
  of("one region of a table", {
    channel: "display",
    receiver: lossy,
    isSmall: (state) => [...surfacesOf(state)].every(({ lossyRegion }) => Number(lossyRegion?.right) < 2 ** 31 - 1),
    expected: { ...least.display, surfaces: { kind: "lossy", columns: Int32Array.of(0, 0, 0, 2 ** 31 - 1, 1) } },
  }),
  of("a queue", {
    channel: "spicevmc",
    isSmall: ({ base }) => base.write_data.length < 100,
    expected: { base: { ...unlimited, write_data: new Uint8Array(100) } },
  }),
  of("one byte of a queue", {
    channel: "usbredir",
    isSmall: ({ base }) => !base.write_data.includes(0x41),
    expected: { base: { ...unlimited, write_data: Uint8Array.of(0x41) } },
  }),
  of("a queue that counts messages", {
    channel: "webdav",
    isSmall: ({ base }) => base.write_num_client_tokens < 70_000,
    expected: { base: { ...unlimited, write_num_client_tokens: 70_000, write_data: new Uint8Array(1) } },
  }),
  of("a partial header of the agent", {
    channel: "main",
    isSmall: ({ agent2client }) => agent2client.msg_header.length < 7,
    expected: {
      ...least.main,
      agent_base: connected,
      agent2client: { ...least.main.agent2client, chunk_header_size: 8, msg_header: new Uint8Array(7) },
    },
  }),
  of("an enumeration", {
    channel: "main",
    isSmall: ({ client2agent }) => client2agent.msg_filter_result !== "monitors-config",
    expected: {
      ...least.main,
      agent_base: connected,
      client2agent: { msg_remaining: 0, msg_filter_result: "monitors-config" },
    },
  }),
  of("a message of a smartcard", {
    channel: "smartcard",
    isSmall: ({ read_data }) => read_data.header === null || read_data.data.length < 283 - 12,
    expected: {
      ...least.smartcard,
      base: unlimited,
      read_data: { header: { type: 0, reader_id: 0, length: 283 }, data: new Uint8Array(283 - 12) },
    },
  }),
  of("the announced size of such a message", {
    channel: "smartcard",
    isSmall: ({ read_data }) => Number(read_data.header?.length ?? 0) < 40_000,
    expected: {
      ...least.smartcard,
      base: unlimited,
      read_data: { header: { type: 0, reader_id: 0, length: 40_000 }, data: new Uint8Array() },
    },
  }),
] as const

describe("a counterexample comes down to the smallest", () => {
  test.each(cases)("for %s", (_, { channel, receiver = sealedReceiver, isSmall, expected }) => {
    const states = arbitraryOf(
      layoutOf(channel),
      receiver,
      channel,
    ) as fc.Arbitrary<unknown> as fc.Arbitrary<MigrateData>
    for (const seed of seeds) {
      const { value, runs, shrinks } = shrunk(states, isSmall, { seed })
      expect(value).toEqual(expected)
      expect(runs).toBeLessThan(2000 + mostRuns)
      expect(shrinks).toBeLessThan(200)
    }
  })

  test("as a blob too", () => {
    for (const seed of seeds) {
      const { value } = shrunk(blobsOf(formats.spicevmc, sealedReceiver), (blob) => blob.length < 133, { seed })
      expect(value).toEqual(encoded("spicevmc", { base: { ...unlimited, write_data: new Uint8Array(100) } }))
    }
  })
})

const encoded = <C extends Channel>(channel: C, state: MigrateData<C>, receiver = sealedReceiver): Uint8Array => {
  const blob = encodeMigrateData(channel, state, receiver)
  return E.isRight(blob) ? blob.right : expect.fail(blob.left[0].message)
}

describe("an example that nobody generated", () => {
  test("comes down to the smallest", () => {
    const state = { base: { ...unlimited, num_send_tokens: 5, write_data: new Uint8Array(999).fill(7) } }
    const blob = encoded("spicevmc", state)
    const { value: smallest } = shrunk(blobsOf(formats.spicevmc, sealedReceiver), ({ length }) => length < 133, {
      examples: [[blob]],
    })
    expect(smallest).toEqual(encoded("spicevmc", { base: { ...unlimited, write_data: new Uint8Array(100) } }))
    const { value } = shrunk(
      arbitraryOf(formats.spicevmc, sealedReceiver),
      ({ base }) => base.write_data.length < 100,
      {
        examples: [[state]],
      },
    )
    expect(value).toEqual({ base: { ...unlimited, write_data: new Uint8Array(100) } })
  })

  test("of a mebibyte does so too", () => {
    const blob = encoded("spicevmc", { base: { ...unlimited, write_data: new Uint8Array(2 ** 20).fill(7) } })
    for (const arbitrary of [blobsOf(formats.spicevmc, sealedReceiver), attacksOf(formats.spicevmc, sealedReceiver)]) {
      const { value, runs } = shrunk(arbitrary, ({ length }) => length < 1000, { examples: [[blob]] })
      expect(value.length).toBe(1000)
      expect(runs).toBeLessThan(500)
    }
  })

  test("stays as it is where it is not valid", () => {
    const blob = Uint8Array.of(1, 2, 3)
    const { value, shrinks } = shrunk(blobsOf(formats.inputs), () => false, { examples: [[blob]] })
    expect([value, shrinks]).toEqual([blob, 0])
  })

  test("may be anything, beside other arbitraries", () => {
    const mixed = fc.oneof(blobsOf(formats.inputs), arbitraryOf(formats.inputs), fc.string())
    const anyone: fc.Arbitrary<unknown> = mixed
    for (const example of [undefined, null, 5, 5n, [], {}, new Uint16Array(5), () => 1, "a text"])
      expect(shrunk(anyone, () => false, { examples: [[example]] }).runs).toBeLessThan(mostRuns)
  })
})

describe("a hostile blob", () => {
  test("comes down to few bytes, however it was made", () => {
    for (const seed of seeds) {
      const attacks = attacksOf(formats.display, smallReceiver)
      const { value, runs } = shrunk(attacks, (blob) => blob.length < 90 || blob[0] === 0x44, { seed })
      expect(value).toEqual(new Uint8Array(90))
      expect(runs).toBeLessThan(2000 + mostRuns)
    }
  })

  test("keeps what matters", () => {
    for (const seed of seeds) {
      const attacks = attacksOf(formats.smartcard, smallReceiver)
      const claims = (blob: Uint8Array) =>
        blob.length >= 38 && new DataView(blob.buffer, blob.byteOffset).getUint32(34, true)
      const { value } = shrunk(attacks, (blob) => Number(claims(blob)) < 2 ** 31, { seed })
      expect(Buffer.from(value).toString("hex")).toBe(`${"00".repeat(34)}00000080`)
    }
  })
})

describe("values that are made by decisions", () => {
  /** A number of three digits, as three decisions of which the last may be missing, and two bytes. */
  const digits = chosen({
    make: ({ below, bytes }) => {
      const [high, middle] = [below(10n), below(10n)]
      const low = middle > 4n ? below(10n) : 0n
      return { number: Number(high * 100n + middle * 10n + low), bytes: [...bytes(2)] }
    },
    follow: () => false,
  })

  test("stay as they are where nobody says what is simpler", () => {
    const { value, shrinks } = shrunk(digits, () => false, { seed: 1 })
    expect([shrinks, value.number < 1000]).toEqual([0, true])
  })

  test("are known by their procedure", () => {
    expect(procedureOf(digits)).toBeDefined()
    expect(procedureOf(digits.map((value) => value))).toBeUndefined()
    expect(procedureOf(fc.nat())).toBeUndefined()
    expect(toFuzzerBytes(digits, { number: 1, bytes: [] })).toBeUndefined()
    expect(fromFuzzerBytes(digits)(Uint8Array.of(1, 2, 3, 4)).value).toEqual({ number: 120, bytes: [3, 4] })
  })
})
