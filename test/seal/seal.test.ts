import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Binding, clockSkew, isEnvelope, open, overhead, replayWindow, seal } from "../../src/seal/index.js"
import { binding, digits, keys, keysOf, now, opening, refusalOf, rightOf, sealed, state } from "./scene.js"

const channel = fc.constantFrom("main", "display", "inputs", "usbredir", "port", "webdav", "smartcard" as const)

const bindings: fc.Arbitrary<Binding> = fc.record({
  vm: fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" }),
  connectionId: fc.integer({ min: 1, max: 0xffffffff }),
  channel: channel as fc.Arbitrary<Binding["channel"]>,
  channelId: fc.nat(255),
})

const agents = fc.constantFrom("unknown", "absent", "connected" as const) as fc.Arbitrary<"unknown" | "absent">

describe("what was sealed", () => {
  test("is opened where it is for", () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        bindings,
        agents,
        fc.uniqueArray(fc.nat(255)),
        fc.integer({ min: 1, max: 3_600_000 }),
        (what, bound, agent, displays, lifetime) => {
          const envelope = sealed({ lifetime, stated: { agent, displays } }, bound, what)
          expect(envelope.length).toBe(what.length + overhead)
          const opened = rightOf(opening(envelope, { now: now + lifetime }, bound))
          expect({ ...opened, state: Uint8Array.from(opened.state) }).toEqual({
            state: what,
            agent,
            displays: displays.filter((id) => id < 64).sort((one, other) => one - other),
            id: expect.stringMatching(/^[0-9a-f]{32}$/),
            keyId: 1,
            sealedAt: now,
          })
        },
      ),
    ))

  test("is another envelope each time", () => {
    const [one, other] = [sealed(), sealed()]
    expect(Buffer.from(one).subarray(12, 92).equals(Buffer.from(other).subarray(12, 92))).toBe(false)
    expect(Buffer.from(one).subarray(186).equals(Buffer.from(other).subarray(186))).toBe(false)
  })

  test("shows nothing of the state but its size", () => {
    const envelope = Buffer.from(sealed({}, binding, Uint8Array.from(Buffer.alloc(1000, "keystrokes"))))
    expect(envelope.includes("keystrokes")).toBe(false)
    expect(envelope.includes("web-1")).toBe(false)
  })

  test("for a destination is opened there, and by whom no destination is asked for", () => {
    const bound = { ...binding, destination: "b.example:5900" }
    expect(refusalOf(opening(sealed({}, bound), {}, bound))).toEqual(["accepted"])
    expect(refusalOf(opening(sealed({}, bound)))).toEqual(["accepted"])
  })

  test("is no state of a server's", () => {
    expect(isEnvelope(sealed())).toBe(true)
    expect(isEnvelope(state)).toBe(false)
    expect(isEnvelope(Uint8Array.of(0x4d, 0x47, 0x53))).toBe(false)
  })

  test("is opened with an accepted key too: keys are changed without losing a migration", () => {
    const [before, after] = [`1 active ${digits("a1")}\n2 accepted ${digits("b2")}`, `2 active ${digits("b2")}`]
    expect(rightOf(opening(sealed({ keys: keysOf(after) }), { keys: keysOf(before) })).keyId).toBe(2)
    expect(rightOf(opening(sealed(), { keys: keysOf(`${after}\n1 accepted ${digits("a1")}`) })).keyId).toBe(1)
    expect(refusalOf(opening(sealed(), { keys: keysOf(after) }))).toEqual(["not-sealed", "seal/key-id"])
  })
})

describe("an envelope is refused", () => {
  const all = fc.record({ size: fc.nat(64), at: fc.nat(), bit: fc.nat(7) })

  test("with any one bit altered", () =>
    fc.assert(
      fc.property(all, ({ size, at, bit }) => {
        const envelope = sealed({}, binding, new Uint8Array(size))
        const place = at % envelope.length
        envelope[place] = (envelope[place] ?? 0) ^ (1 << bit)
        expect(refusalOf(opening(envelope))[0]).toBe("not-sealed")
      }),
    ))

  test("with each of its bits altered, and is opened when that is undone", () => {
    const envelope = sealed()
    const window = replayWindow()
    for (const [place, byte] of envelope.entries())
      for (let bit = 0; bit < 8; bit++) {
        envelope[place] = byte ^ (1 << bit)
        expect(refusalOf(opening(envelope, { window }))[0]).toBe("not-sealed")
        envelope[place] = byte
      }
    expect(window.openings()).toEqual([])
    expect(refusalOf(opening(envelope, { window }))).toEqual(["accepted"])
  })

  test("cut anywhere, and with anything behind or before it", () => {
    const envelope = sealed()
    for (let size = 0; size < envelope.length; size++)
      expect(refusalOf(opening(envelope.slice(0, size)))[0]).toBe("not-sealed")
    for (const padding of [new Uint8Array(1), new Uint8Array(16), envelope]) {
      expect(refusalOf(opening(Buffer.concat([envelope, padding])))[0]).toBe("not-sealed")
      expect(refusalOf(opening(Buffer.concat([padding, envelope])))[0]).toBe("not-sealed")
    }
  })

  test("with the parts of two put together", () => {
    const [one, other] = [Buffer.from(sealed()), Buffer.from(sealed())]
    for (let cut = 1; cut < one.length; cut++) {
      const mixed = Buffer.concat([one.subarray(0, cut), other.subarray(cut)])
      if (!mixed.equals(one) && !mixed.equals(other)) expect(refusalOf(opening(mixed))[0]).toBe("not-sealed")
    }
  })

  const otherKey = keysOf(`1 active ${digits("cc")}`)
  const otherId = keysOf(`9 active ${digits("a1")}`)
  const old = { keys, now, lifetime: 1000 }

  test.each<[string, Parameters<typeof opening>, rule: string]>([
    ["that is a server's state", [state], "seal/sealed"],
    ["that is empty", [new Uint8Array()], "seal/sealed"],
    ["of more than its state may have", [sealed({}, binding, new Uint8Array(2049))], "seal/size"],
    ["of another version", [sealed().fill(2, 4, 5)], "seal/form"],
    ["that is cut", [sealed().slice(0, -1)], "seal/form"],
    ["of another key's id", [sealed({ keys: otherId })], "seal/key-id"],
    ["of another key under the same id", [sealed({ keys: otherKey })], "seal/key"],
    ["whose salt was changed", [sealed().fill(0, 12, 44)], "seal/key"],
    ["whose id was changed", [sealed().fill(0, 76, 92)], "seal/authentic"],
    ["whose expiry was put off", [sealed().fill(0xff, 100, 102)], "seal/authentic"],
    ["of another machine", [sealed(), {}, { ...binding, vm: "web-2" }], "seal/vm"],
    [
      "for another destination",
      [sealed({}, { ...binding, destination: "b:1" }), {}, { ...binding, destination: "c:1" }],
      "seal/addressee",
    ],
    ["for a destination that nobody knew", [sealed(), {}, { ...binding, destination: "c:1" }], "seal/addressee"],
    ["of another session", [sealed(), {}, { ...binding, connectionId: 8 }], "seal/session"],
    ["of another channel's kind", [sealed(), {}, { ...binding, channel: "port" }], "seal/channel"],
    ["of another channel's id", [sealed(), {}, { ...binding, channelId: 1 }], "seal/channel"],
    ["that has expired", [sealed(old), { now: now + 1000 + clockSkew + 1 }], "seal/expired"],
    ["from the future", [sealed(), { now: now - clockSkew - 1 }], "seal/clock"],
    ["from before its channel was linked", [sealed(), { linkedAt: now + clockSkew + 1 }], "seal/stale"],
    ["from before its window", [sealed(), { window: replayWindow({ since: now + 1 }) }], "seal/stale"],
  ])("%s", (_, parameters, rule) => {
    expect(refusalOf(opening(...parameters))).toEqual(["not-sealed", rule])
  })

  test("that was opened, by any channel's guard that shares the window, and after a restart", () => {
    const window = replayWindow()
    const envelope = sealed()
    expect(refusalOf(opening(envelope, { window }))).toEqual(["accepted"])
    expect(refusalOf(opening(envelope, { window }))).toEqual(["not-sealed", "seal/once"])
    const restarted = replayWindow({ openings: window.openings() })
    expect(refusalOf(opening(envelope, { window: restarted }))).toEqual(["not-sealed", "seal/once"])
  })

  test("but may be a little too old, or from a clock that is a little ahead", () => {
    expect(refusalOf(opening(sealed(old), { now: now + 1000 + clockSkew }))).toEqual(["accepted"])
    expect(refusalOf(opening(sealed(), { now: now - clockSkew }))).toEqual(["accepted"])
    expect(refusalOf(opening(sealed(), { linkedAt: now + clockSkew }))).toEqual(["accepted"])
  })

  test("that was refused is not remembered", () => {
    const window = replayWindow()
    const envelope = sealed()
    opening(envelope, { window, now: now - 60_000 })
    opening(envelope, { window }, { ...binding, vm: "web-2" })
    expect(refusalOf(opening(envelope, { window }))).toEqual(["accepted"])
  })

  test("that is no bytes", () => expect(refusalOf(opening("MGSE"))[1]).toBe("layout/argument"))
})

describe("nothing is sealed or opened", () => {
  test.each<[string, Record<string, unknown>]>([
    ["no name of a machine", { vm: "" }],
    ["a name of 257 bytes", { vm: `${"é".repeat(128)}a` }],
    ["a name of half a character", { vm: "\ud800" }],
    ["a name that is no text", { vm: 7 }],
    ["the connection id 0", { connectionId: 0 }],
    ["a connection id of 33 bits", { connectionId: 2 ** 32 }],
    ["a connection id that is no number", { connectionId: Number.NaN }],
    ["a channel without data", { channel: "cursor" }],
    ["a channel that is none", { channel: "toString" }],
    ["a channel's id of 9 bits", { channelId: 256 }],
  ])("for %s", (_, changed) => {
    const bound = Object.assign({ ...binding }, changed)
    expect(refusalOf(seal(state, bound, { keys, now }))[1]).toBe("seal/binding")
    expect(refusalOf(opening(sealed(), {}, bound))[1]).toBe("seal/binding")
  })

  test.each([Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY])("at the time %d", (time) => {
    expect(refusalOf(seal(state, binding, { keys, now: time }))[1]).toBe("seal/times")
    expect(refusalOf(opening(sealed(), { now: time }))[1]).toBe("seal/times")
    expect(refusalOf(opening(sealed(), { linkedAt: time }))[1]).toBe("seal/times")
    expect(refusalOf(opening(sealed(), { maxStateBytes: time }))[1]).toBe("seal/times")
  })

  test.each([0, 3_600_001, Number.NaN])("for a lifetime of %d ms", (lifetime) => {
    expect(refusalOf(seal(state, binding, { keys, now, lifetime }))[1]).toBe("seal/times")
  })

  test("that is no bytes", () => {
    expect(refusalOf(Reflect.apply(seal, undefined, ["ICMD", binding, { keys, now }]))[1]).toBe("layout/argument")
  })
})

test("an hour is the most that is accepted of a source that knows no limit", () => {
  const envelope = sealed({ lifetime: 3_600_000 })
  expect(refusalOf(open(envelope, binding, { keys, window: replayWindow(), now, maxStateBytes: 10 }))).toEqual([
    "accepted",
  ])
})
