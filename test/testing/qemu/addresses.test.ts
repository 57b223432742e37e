import * as fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { migrationAddressCodec } from "../../../src/qemu/index.js"
import { addressArbitraryOf } from "../../../src/testing/index.js"
import { written } from "./contexts.js"

describe.each(["migrate", "migrate-incoming"] as const)("addresses for %s", (command) => {
  const codec = migrationAddressCodec({ command })

  test("are accepted as they are", () => {
    fc.assert(
      fc.property(addressArbitraryOf({ command }), (address) => {
        expect(codec.decode(address)).toEqual(E.right(address))
        expect(codec.encode(address)).toEqual(address)
      }),
      { numRuns: 2000 },
    )
  })

  test("are objects like any other", () => {
    for (const address of fc.sample(addressArbitraryOf({ command }), { seed: 1, numRuns: 300 }))
      expect(Object.getPrototypeOf(address)).toBe(Object.prototype)
  })

  test("are as often of one kind as of another", () => {
    const kinds = new Map<string, number>()
    for (const address of fc.sample(addressArbitraryOf({ command }), { seed: 2, numRuns: 2100 })) {
      const kind = address.transport === "socket" ? address.type : address.transport
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    expect([...kinds.keys()].sort()).toEqual(["exec", "fd", "file", "inet", "rdma", "unix", "vsock"])
    expect(Math.min(...kinds.values())).toBeGreaterThan(200)
  })
})

test("what is wrong with an address is printed with a short one", () => {
  const { counterexample } = fc.check(
    fc.property(addressArbitraryOf(), (address) => !written(address).includes("€")),
    { seed: 3, numRuns: 5000 },
  )
  expect(written(counterexample).length).toBeLessThan(80)
})
