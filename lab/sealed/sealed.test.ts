import { afterAll, describe, expect, test } from "vitest"
import type { Channel } from "../../src/index.js"
import { announce, hop, readyToMove, sessionOn, startPair, startRefusingPair } from "../migrate/hop.js"
import { type Host, withHosts } from "../migrate/host.js"
import { obstacles } from "../migrate/obstacles.js"
import { runScenario } from "../migrate/scenario.js"
import { sample as sampleScenarios, scenarios } from "../migrate/scenarios/index.js"
import { spicyHop } from "../migrate/spicy.js"
import { attacks, misfits, sample } from "./attacks.js"
import { bothKeys, firstKey, keysInFolder, sealing, secondKey } from "./keys.js"
import { play, recordEnvelopes } from "./play.js"

const { LAB } = process.env
const isFull = LAB === "full"
const why = obstacles()

const keys = keysInFolder()
const own = sealing(keys.write("keys", bothKeys))
afterAll(keys.remove)

const chosen = scenarios.filter(({ name }) => isFull || sampleScenarios.has(name))

/** The source has completed when it has sent its last data, which may be on its way to the target's guard still. */
const opensAll = (target: Host) =>
  expect
    .poll(() => target.relay?.decisions().filter(({ sealing }) => sealing === "opened").length, { timeout: 5000 })
    .toBe(7)

const smooth = { seamless: true, completed: true, complaints: "", lost: [] }

describe.skipIf(why.qemu !== undefined)("between two sealing guards", () => {
  test.each(chosen)("nothing is lost, whatever only its device knows: $says", async (scenario) => {
    const { seamless, completed, complaints, lost } = await runScenario(scenario, { relay: own })
    expect({ seamless, completed, complaints, lost }).toEqual(smooth)
  })

  test("nothing is lost with full headers", async () => {
    const scenario = { name: "full", says: "", machine: {}, session: { fullHeader: true }, keep: [] }
    const { seamless, completed, complaints, lost } = await runScenario(scenario, { relay: own })
    expect({ seamless, completed, complaints, lost }).toEqual(smooth)
  })

  test("a key is changed while the session lives", async () => {
    const file = keys.write("rotated", bothKeys)
    await withHosts(async (start) => {
      const [source, target] = await startPair(start, { machine: {}, relay: sealing(file) })
      const session = await sessionOn(source)
      keys.write("rotated", secondKey)
      await source.relay?.reload()
      const { seamless, completed } = await hop(source, target, session)
      expect({ seamless, completed }).toEqual({ seamless: true, completed: true })
      await opensAll(target)
    })
  })

  test("no data is relayed where the target refuses to take part", async () => {
    await withHosts(async (start) => {
      const [source, target] = await startRefusingPair(start, { machine: {}, relay: own })
      const { seamless, blobs, completed } = await hop(source, target, await sessionOn(source))
      expect({ seamless, blobs, completed }).toEqual({ seamless: false, blobs: [], completed: true })
    })
  })

  const cases = [
    ...sample(attacks(false)),
    ...misfits(
      {
        otherId: keys.write("other-id", firstKey.replace("1 ", "3 ")),
        otherKey: keys.write("other-key", firstKey.replaceAll("a1", "cc")),
      },
      own,
    ),
  ]

  test.each(cases)("nothing gets through: $kind, $name", async (attack) => {
    const earlier: ReadonlyMap<Channel, Buffer> =
      attack.kind === "replayed in another session" ? await recordEnvelopes(own) : new Map()
    const { through, isAlive } = await play(attack, own, earlier)
    expect({ through, isAlive }).toEqual({ through: 0, isAlive: true })
  })

  test("nothing is sent to a destination that is not listed, and the machine moves without its client", async () => {
    await withHosts(async (start) => {
      const [source, target] = await startPair(start, { machine: {}, relay: { ...own, sealFor: ["192.0.2.1"] } })
      const session = await sessionOn(source)
      const move = await readyToMove(source, target)
      await announce(source, target.port)
      await session.main.receive(116)
      await move()
      await target.event("RESUME")
      expect(target.isAlive()).toBe(true)
    })
  })
})

test.skipIf(why.qemu !== undefined)("an envelope crashes a target without a guard", async () => {
  await withHosts(async (start) => {
    const [source, target] = await Promise.all([
      start({ machine: {}, relay: own }),
      start({ machine: {}, isTarget: true }),
    ])
    const moving = hop(source, target, await sessionOn(source)).catch(() => undefined)
    const { signal } = await target.ended
    expect(signal).toMatch(/^SIG(TRAP|ABRT)$/)
    await moving
  })
})

describe.skipIf(why.spicy !== undefined)("between two sealing guards, spicy", () => {
  test("moves with its agent, and notices nothing", async () => {
    await withHosts(async (start) => {
      const [source, target] = await startPair(start, {
        machine: { guest: true },
        relay: { ...own, isBehindAnother: true },
      })
      const { kind, completed, channels } = await spicyHop(source, target, 8, () =>
        source.inGuest("exec 3<>/dev/vport0p2"),
      )
      expect({ kind, completed, channels }).toEqual({ kind: "seamless", completed: true, channels: [8, 8] })
      await opensAll(target)
    })
  })
})
