import { describe, expect, test } from "vitest"
import { withHosts } from "../migrate/host.js"
import { obstacles } from "../migrate/obstacles.js"
import { versionsOf } from "../migrate/versions.js"
import { blobCases, orderCases, orders, readBlobs } from "./cases.js"
import { readResults } from "./results.js"
import { differencesFrom, sampleOf } from "./sample.js"

/** Why no target can be attacked here, or undefined where one can. */
const obstacle = async (): Promise<string | undefined> => {
  const { qemu } = obstacles()
  if (qemu !== undefined) return qemu
  const here = await withHosts(async (start) => versionsOf(await start({ machine: {}, isTarget: true })))
  const { versions } = readResults()
  return here === versions ? undefined : `the results are of ${versions}, and here is ${here}`
}

const why = await obstacle()
if (why !== undefined) process.stderr.write(`exposure: skipped, ${why}\n`)

const all = [...readBlobs().flatMap(blobCases), ...orders.flatMap(orderCases)]

describe.skipIf(why !== undefined)("a real target with spice-server 0.15", () => {
  test("does with a sample of the cases what the results say", async () => {
    const known = readResults()
    const sample = sampleOf(known, all)
    expect(sample.length).toBeGreaterThan(20)
    expect(await differencesFrom(known, sample, new Promise(() => undefined))).toEqual([])
  })
})
