import { describe, expect, test } from "vitest"
import { runCases } from "../exposure/campaign.js"
import { isHarm, outcomeOf } from "../exposure/fate.js"
import { installations } from "../installed.js"
import { obstacles } from "../migrate/obstacles.js"
import { obstacle } from "../qemu.js"
import { isFatal, tryArguments } from "./arguments.js"
import { casesOf } from "./cases.js"
import { walkCase } from "./orders.js"
import { subjectAt } from "./subjects.js"

const { qemu } = obstacles()
if (qemu !== undefined) process.stderr.write(`accepted: skipped, ${qemu}\n`)

/** One subject of each channel, in every mode. */
const sample = Array.from({ length: 7 }, (_, number) => subjectAt(7 + number) ?? [])
  .flat()
  .flatMap(casesOf)

const walks = Array.from({ length: 12 }, (_, number) => walkCase(number))

for (const installed of installations) {
  const why = obstacle(installed)
  if (why !== undefined) process.stderr.write(`accepted: arguments skipped, ${why}\n`)

  test.skipIf(why !== undefined)(
    `a real QEMU ${installed.version} survives a sample of accepted arguments`,
    async () => {
      expect((await tryArguments(installed, 40)).filter(isFatal)).toEqual([])
    },
  )
}

describe.skipIf(qemu !== undefined)("a real target", () => {
  test("survives a sample of the orders of messages that the session lets through", async () => {
    const [deaths, failures] = [[] as string[], [] as string[]]
    await runCases(walks, {
      interrupted: new Promise(() => undefined),
      done: ({ name }, fate) => void (outcomeOf(fate) === "killed" && deaths.push(`${name}: ${fate}`)),
      failed: ({ name }, error) => void failures.push(`${name}: ${String(error)}`),
    })
    expect({ deaths, failures }).toEqual({ deaths: [], failures: [] })
  })

  test("survives a sample of what the decoders accept, in every mode", async () => {
    const [fates, failures] = [new Map<string, string>(), [] as string[]]
    await runCases(sample, {
      interrupted: new Promise(() => undefined),
      done: ({ name, mode }, fate) => fates.set(`${name} ${mode}`, fate),
      failed: ({ name, mode }, error) => failures.push(`${name} ${mode}: ${String(error)}`),
    })
    expect(failures).toEqual([])
    expect([...fates].filter(([, fate]) => isHarm(fate))).toEqual([])
    expect(fates.size).toBe(sample.length)
  })
})
