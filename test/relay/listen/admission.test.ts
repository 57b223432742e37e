import { describe, expect, test } from "vitest"
import { relayConfigurationCodec } from "../../../src/relay/config/configuration.js"
import { readConfiguration, type Settings } from "../../../src/relay/config/settings.js"
import { type Admission, admissionOf, clientOf } from "../../../src/relay/listen/admission.js"
import { right } from "../harness.js"

const settingsWith = (listener: object): Settings => {
  const { settings } = right(
    readConfiguration({ listeners: [{ listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:1", ...listener }] }),
  )
  const [first] = settings
  if (first === undefined) throw new Error("no settings")
  return first
}

describe("who may connect", () => {
  test.each([
    ["10.1.2.3", ["10.0.0.0/8"], true],
    ["11.1.2.3", ["10.0.0.0/8"], false],
    ["::ffff:10.1.2.3", ["10.0.0.0/8"], true],
    ["::ffff:11.1.2.3", ["10.0.0.0/8"], false],
    ["10.1.2.3", ["::/0"], false],
    ["2001:db8::1", ["2001:db8::/32"], true],
    ["2001:db9::1", ["2001:db8::/32"], false],
    ["fe80::1%eth0", ["fe80::/10"], true],
    ["192.0.2.1", ["192.0.2.1"], true],
    ["192.0.2.2", ["192.0.2.1"], false],
    ["192.0.2.2", [], false],
    [undefined, ["0.0.0.0/0", "::/0"], false],
    ["nonsense", ["0.0.0.0/0", "::/0"], false],
    [undefined, undefined, true],
    ["192.0.2.2", undefined, true],
  ])("%s with %j: %j", (address, allow, expected) => {
    const settings = settingsWith(allow === undefined ? {} : { allow })
    const admitted = admissionOf().admit(address, settings)
    expect(admitted === "not-allowed").toBe(!expected)
  })
})

const taken = (admitted: unknown): (() => void) => {
  if (typeof admitted !== "function") throw new Error(String(admitted))
  return () => admitted()
}

describe("the limit", () => {
  const settings = settingsWith({ limits: { connections: 3, connectionsBySource: 2 } })
  test("holds for all and by source, and places are given back once", () => {
    const { admit } = admissionOf()
    const first = taken(admit("192.0.2.1", settings))
    taken(admit("192.0.2.1", settings))
    expect(admit("192.0.2.1", settings)).toBe("source-limit")
    taken(admit("192.0.2.2", settings))
    expect(admit("192.0.2.3", settings)).toBe("connection-limit")
    first()
    first()
    taken(admit("192.0.2.1", settings))
    expect(admit("192.0.2.3", settings)).toBe("connection-limit")
  })

  test("takes a place that nobody asked for into account", () => {
    const { admit, occupy } = admissionOf()
    const places = [occupy("192.0.2.1"), occupy("192.0.2.1")]
    expect(admit("192.0.2.1", settings)).toBe("source-limit")
    for (const giveBack of places) giveBack()
    taken(admit("192.0.2.1", settings))
  })

  test("by source is not for those without an address", () => {
    const { admit } = admissionOf()
    for (let count = 0; count < 3; count++) taken(admit(undefined, settings))
    expect(admit(undefined, settings)).toBe("connection-limit")
  })

  test.each([
    ["192.0.2.1", "::ffff:192.0.2.1"],
    ["2001:db8:0:1::1", "2001:db8:0:1:ffff::9"],
    ["fe80::1%eth0", "fe80::2%eth1"],
  ])("takes %s and %s for one source", (one, other) => expect(clientOf(one)).toBe(clientOf(other)))

  test.each([
    ["192.0.2.1", "192.0.2.2"],
    ["2001:db8:0:1::1", "2001:db8:0:2::1"],
  ])("takes %s and %s for two", (one, other) => expect(clientOf(one)).not.toBe(clientOf(other)))
})

describe("places of strangers", () => {
  const settings = settingsWith({
    limits: { connections: 100, connectionsBySource: 30, handshaking: 20, handshakingBySource: 6 },
  })
  /** Takes as many places as there are for a source, and says how many and why no more. */
  const fill = ({ admit }: Admission, source: string | undefined, most = 200) => {
    const places: (() => void)[] = []
    for (;;) {
      const admitted = places.length < most ? admit(source, settings) : "enough"
      if (typeof admitted === "string") return { count: places.length, why: admitted, places }
      places.push(admitted)
    }
  }

  test("are bounded by source, and half of them are for sources that have none", () => {
    const admission = admissionOf()
    const counts = Array.from({ length: 20 }, (_, index) => fill(admission, `192.0.2.${index}`).count)
    expect(counts).toEqual([6, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  test("are not those of a source that the server has accepted once", () => {
    const admission = admissionOf()
    const [stay] = [taken(admission.admit("192.0.2.1", settings)), admission.authenticated("192.0.2.1")]
    for (let index = 2; index < 40; index++) fill(admission, `192.0.2.${index}`)
    expect(admission.admit("192.0.2.99", settings)).toBe("handshake-limit")
    expect(fill(admission, "192.0.2.1")).toMatchObject({ count: 29, why: "source-limit" })
    stay()
  })

  test("are given back by whom the server accepts", () => {
    const admission = admissionOf()
    for (let index = 1; index <= 20; index++) taken(admission.admit(`192.0.2.${index}`, settings))
    expect(admission.admit("192.0.2.21", settings)).toBe("handshake-limit")
    admission.authenticated("192.0.2.1")
    taken(admission.admit("192.0.2.21", settings))
    expect(admission.admit("192.0.2.22", settings)).toBe("handshake-limit")
  })

  test("are those of a source again whose last accepted connection has ended", () => {
    const admission = admissionOf()
    taken(admission.admit("192.0.2.1", settings))
    const leave = admission.authenticated("192.0.2.1")
    expect(fill(admission, "192.0.2.1", 15).count).toBe(15)
    leave()
    leave()
    expect(admission.admit("192.0.2.1", settings)).toBe("handshake-limit")
    expect(fill(admission, "192.0.2.2").count).toBe(1)
    expect(fill(admission, "192.0.2.3").count + fill(admission, "192.0.2.4").count).toBe(2)
  })

  test("are as many as there are for those without an address, of which the accepted do not count", () => {
    const admission = admissionOf()
    expect(fill(admission, undefined)).toMatchObject({ count: 20, why: "handshake-limit" })
    for (let count = 0; count < 5; count++) admission.authenticated(undefined)
    expect(fill(admission, undefined)).toMatchObject({ count: 5, why: "handshake-limit" })
  })

  test("are all given back", () => {
    const admission = admissionOf()
    for (let round = 0; round < 3; round++) {
      const { count, places } = fill(admission, "192.0.2.1")
      expect(count).toBe(6)
      const leave = admission.authenticated("192.0.2.1")
      for (const giveBack of places) giveBack()
      leave()
    }
  })

  test.each([
    [256, 64],
    [64, 16],
    [16, 16],
    [3, 3],
    [1000, 250],
  ])("of %i connections are %i unless it is said", (connections, expected) =>
    expect(settingsWith({ limits: { connections } }).limits.handshaking).toBe(expected),
  )
})

test("a configuration is what its codec takes", () =>
  expect(relayConfigurationCodec.is({ listeners: [{ listen: "fd://a", target: "unix:///b" }] })).toBe(true))
