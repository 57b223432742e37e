import { describe, expect, test } from "vitest"
import { admissionOf, sourceOf } from "../../src/relay/admission.js"
import { relayConfigurationCodec } from "../../src/relay/configuration.js"
import { readConfiguration, type Settings } from "../../src/relay/settings.js"
import { right } from "./harness.js"

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

describe("the limit", () => {
  const settings = settingsWith({ limits: { connections: 3, connectionsBySource: 2 } })
  const taken = (admitted: unknown): (() => void) => {
    if (typeof admitted !== "function") throw new Error(String(admitted))
    return () => admitted()
  }

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
  ])("takes %s and %s for one source", (one, other) => expect(sourceOf(one)).toBe(sourceOf(other)))

  test.each([
    ["192.0.2.1", "192.0.2.2"],
    ["2001:db8:0:1::1", "2001:db8:0:2::1"],
  ])("takes %s and %s for two", (one, other) => expect(sourceOf(one)).not.toBe(sourceOf(other)))
})

test("a configuration is what its codec takes", () =>
  expect(relayConfigurationCodec.is({ listeners: [{ listen: "fd://a", target: "unix:///b" }] })).toBe(true))
