import { describe, expect, test } from "vitest"
import type { Entity } from "../test/qemu/introspection.js"
import { argumentSets } from "./argument-sets.js"
import { type Installed, installations } from "./installed.js"
import type { ArgumentSet, Outcome } from "./outcome.js"
import { obstacle, withQemu } from "./qemu.js"
import { runAll } from "./run.js"
import { readSchema, reduced, writeSchema } from "./schemas.js"
import { readVerdicts, type Verdict, verdictOf, writeVerdicts } from "./verdicts.js"

/** LAB=full asks everything; UPDATE_VERDICTS=1 does so too and writes the fixtures anew, where every QEMU is there. */
const { LAB, UPDATE_VERDICTS } = process.env
const updates = UPDATE_VERDICTS === "1"

const chosen = argumentSets.filter((_, index) => LAB === "full" || updates || index % 4 === 0)

interface Version {
  readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number }
}

const releaseOf = async (installed: Installed): Promise<string> => {
  const { qemu } = (await withQemu(installed, [], ({ ask }) => ask("query-version"))) as Version
  return `${qemu.major}.${qemu.minor}.${qemu.micro}`
}

const schemaOf = async (installed: Installed): Promise<readonly Entity[]> =>
  reduced((await withQemu(installed, [], ({ ask }) => ask("query-qmp-schema"))) as readonly Entity[])

const askEverything = async (): Promise<void> => {
  const releases: [string, string][] = []
  const outcomes: ReadonlyMap<ArgumentSet, Outcome>[] = []
  for (const installed of installations) {
    releases.push([installed.version, await releaseOf(installed)])
    outcomes.push(await runAll(installed, argumentSets))
    writeSchema(installed.version, await schemaOf(installed))
  }
  writeVerdicts(Object.fromEntries(releases), argumentSets, outcomes)
}

if (updates) await askEverything()

const fixture = readVerdicts()

const kept = (version: string, sets: readonly ArgumentSet[]): readonly Verdict[] => {
  const keyOf = ({ command, arguments: text }: ArgumentSet): string => `${command} ${text}`
  const asked = new Set(sets.map(keyOf))
  return fixture.verdicts.filter((verdict) => verdict.version === version && asked.has(keyOf(verdict)))
}

for (const installed of installations) {
  const why = obstacle(installed)
  if (why !== undefined) process.stderr.write(`lab: skipped, ${why}\n`)

  describe.skipIf(why !== undefined)(`a real QEMU ${installed.version}`, () => {
    test("does what the fixture says", async () => {
      const outcomes = await runAll(installed, chosen)
      const verdicts = chosen.map((set) => verdictOf(set, installed.version, outcomes.get(set)))
      expect(verdicts).toEqual(kept(installed.version, chosen))
    })

    test("has the schema that is kept", async () => {
      expect(await schemaOf(installed)).toEqual(readSchema(installed.version))
    })
  })
}
