import { describe, expect, test } from "vitest"
import { migrate, migrateIncoming } from "../src/qemu/arguments.js"
import { contextOf } from "../src/qemu/context.js"
import { differences, type Entity, schemaOf } from "../test/qemu/introspection.js"
import { argumentSets } from "./argument-sets.js"
import { obstacle, withQemu } from "./qemu.js"
import { runAll } from "./run.js"
import { compared, refusedWithoutReason, shown, wronglyAccepted } from "./statements.js"
import { readVerdicts, writeVerdicts } from "./verdicts.js"

const { UPDATE_VERDICTS } = process.env

const why = obstacle()
if (why !== undefined) process.stderr.write(`lab: skipped, ${why}\n`)

interface Version {
  readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number }
}

const askVersion = async (): Promise<string> => {
  const { qemu } = (await withQemu("migrate", ({ ask }) => ask("query-version"))) as Version
  return `${qemu.major}.${qemu.minor}.${qemu.micro}`
}

const running = why === undefined ? runAll(argumentSets) : Promise.resolve([])

describe.skipIf(why !== undefined)("a real QEMU 10", () => {
  test("refuses or dies of nothing that we accept, except for its state", async () => {
    expect(wronglyAccepted(compared(await running)).map(shown)).toEqual([])
  })

  test("accepts what we refuse for a documented reason only", async () => {
    expect(refusedWithoutReason(compared(await running)).map(shown)).toEqual([])
  })

  test("does what the fixture says, or else the fixture is written anew", async () => {
    const verdicts = await running
    if (UPDATE_VERDICTS === "1") writeVerdicts(await askVersion(), verdicts)
    expect(verdicts).toEqual(readVerdicts().sets)
  })

  test("has the members, names and kinds of object that our types have", async () => {
    const schema = schemaOf((await withQemu("migrate", ({ ask }) => ask("query-qmp-schema"))) as readonly Entity[])
    expect(differences(schema, "migrate", migrate(contextOf({ command: "migrate" })))).toEqual([])
    expect(
      differences(schema, "migrate-incoming", migrateIncoming(contextOf({ command: "migrate-incoming" }))),
    ).toEqual([])
  })
})
