/**
 * Plays faults to the relay as a process, and says what each cost it. Ends with 1 where a fault leaves something behind
 * or is not survived. With --write the table goes to docs/relay.md as well.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { markdownTable } from "../../../src/report/markdown.js"
import { writeInto } from "../../markdown.js"
import { type Fault, faults } from "./faults.js"
import { type Cost, costOf, onStage, useSession } from "./stage.js"

interface Result {
  readonly fault: Fault
  readonly figure: string
  readonly cost: Cost
}

/** Only those whose name has this in it. */
const { ONLY = "" } = process.env

const everybody = {
  connections: 15_000,
  connectionsBySource: 15_000,
  handshaking: 15_000,
  handshakingBySource: 15_000,
}

const resultOf = (fault: Fault, index: number, folder: string): Promise<Result> => {
  const port = 28_000 + 3 * index
  const ports = { relay: port, server: port + 1, metrics: port + 2 }
  const limits = { ...everybody, ...fault.limits }
  return onStage({ folder, ports, limits, descriptors: fault.descriptors }, async (stage) => {
    let figure = ""
    const cost = await costOf(stage, async () => {
      figure = await fault.play(stage)
    })
    await useSession(stage.way)
    const bugs = await stage.metric("migration_guard_troubles_total", 'reason="internal-error"')
    if (bugs > 0) throw new Error(`${fault.name}: ${bugs} internal errors`)
    if (cost.left > 0) throw new Error(`${fault.name}: ${cost.left} descriptors are left open`)
    return { fault, figure, cost }
  })
}

const text = (results: readonly Result[]): string =>
  markdownTable(
    ["fault", "what became of it", "MiB before", "at most", "after"],
    results.map(({ fault: { name }, figure, cost: { before, most, after } }) => [
      name,
      figure,
      ...[before, most, after].map((size) => size.toFixed(0)),
    ]),
  )

const folder = mkdtempSync(join(tmpdir(), "faults-"))
const results: Result[] = []
try {
  for (const [index, fault] of faults.entries()) {
    if (!fault.name.includes(ONLY)) continue
    results.push(await resultOf(fault, index, folder))
    process.stderr.write(`${fault.name}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`${text(results)}\n`)
if (process.argv.includes("--write")) writeInto("docs/relay.md", "npm run bench:faults -- --write", text(results))
process.exit(0)
