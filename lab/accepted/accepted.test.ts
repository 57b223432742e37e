import { describe, expect, test } from "vitest"
import { runCases } from "../exposure/campaign.js"
import { isHarm } from "../exposure/fate.js"
import { obstacles } from "../migrate/obstacles.js"
import { casesOf } from "./cases.js"
import { subjectAt } from "./subjects.js"

const { qemu } = obstacles()
if (qemu !== undefined) process.stderr.write(`accepted: skipped, ${qemu}\n`)

/** One subject of each channel, in every mode. */
const sample = Array.from({ length: 7 }, (_, number) => subjectAt(7 + number) ?? [])
  .flat()
  .flatMap(casesOf)

describe.skipIf(qemu !== undefined)("a real target", () => {
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
