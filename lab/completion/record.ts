import { mkdirSync, writeFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { hop, sessionOn, startPair, startRefusingPair } from "../migrate/hop.js"
import { type Host, type HostOptions, withHosts } from "../migrate/host.js"
import { happens } from "../patience.js"

/**
 * Records what a manager and two QEMUs say to each other while a machine moves: test/qemu/recorded. Each line has its
 * time in front, as logs of managers have.
 */

const folder = fileURLToPath(new URL("../../test/qemu/recorded/", import.meta.url))

type Sides = readonly [source: Host, target: Host]

interface Recording {
  readonly name: string
  readonly pair?: typeof startPair
  readonly run: (sides: Sides) => Promise<unknown>
}

/** A line without what is another one in each run. */
const lasting = (line: string): string => line.replace(/\/[^":]*\/lab-\w+\/host-\w+\//g, "/run/lab/")

const announced = (port: number) => ({ protocol: "spice", hostname: "127.0.0.1", port })

/** Lets both sides tell of every status of a migration, as managers do. */
const withEvents = async (hosts: Sides): Promise<void> => {
  const capabilities = [{ capability: "events", state: true }]
  for (const host of hosts) await host.ask("migrate-set-capabilities", { capabilities })
}

const moved = async ([source, target]: Sides): Promise<void> => {
  await hop(source, target, await sessionOn(source))
  await source.ask("query-spice")
  await source.ask("quit")
}

/** How long a QEMU is listened to for what may come yet, in milliseconds. */
const patience = 2000

/** A machine so slow to move that it can be stopped on its way. */
const slow = { "max-bandwidth": 65_536 }

const recordings: readonly Recording[] = [
  { name: "seamless", run: moved },
  { name: "declined", pair: startRefusingPair, run: moved },
  {
    name: "quit-early",
    run: async ([source, target]) => {
      await sessionOn(source)
      await target.ask("migrate-incoming", { uri: target.incoming })
      await source.ask("client_migrate_info", announced(target.port))
      await source.ask("migrate", { uri: target.incoming })
      await target.event("RESUME")
      await source.ask("quit")
    },
  },
  {
    name: "not-announced",
    run: async ([source, target]) => {
      await sessionOn(source)
      await target.ask("migrate-incoming", { uri: target.incoming })
      await source.ask("migrate", { uri: target.incoming })
      await target.event("RESUME")
      await pause(patience)
    },
  },
  {
    name: "cancelled",
    run: async ([source, target]) => {
      await sessionOn(source)
      await source.ask("migrate-set-parameters", slow)
      await target.ask("migrate-incoming", { uri: target.incoming })
      await source.ask("client_migrate_info", announced(target.port))
      await source.ask("migrate", { uri: target.incoming })
      await source.ask("migrate_cancel")
      await pause(patience)
      await source.ask("query-status")
    },
  },
  {
    name: "not-listening",
    run: async ([source, target]) => {
      await sessionOn(source)
      await source.ask("client_migrate_info", announced(target.port))
      await source.ask("migrate", { uri: target.incoming })
      await pause(patience)
      await source.ask("query-migrate")
      await source.ask("query-status")
    },
  },
]

const record = async ({ name, pair = startPair, run }: Recording): Promise<void> => {
  const logs: { readonly lines: string[] }[] = []
  await withHosts(async (start) => {
    const startLogged = (options: HostOptions): Promise<Host> => {
      const lines: string[] = []
      logs[options.isTarget === true ? 1 : 0] = { lines }
      return start({ ...options, log: (line) => lines.push(`${new Date().toISOString()} ${lasting(line)}`) })
    }
    const sides = await pair(startLogged, { machine: {} })
    await withEvents(sides)
    await run(sides)
    for (const side of sides) await happens(side.answersTo(""), 200)
  })
  mkdirSync(folder, { recursive: true })
  for (const [index, side] of ["source", "target"].entries())
    writeFileSync(`${folder}${name}.${side}.log`, `${logs[index]?.lines.join("\n")}\n`)
}

const chosen = process.argv.slice(2)
for (const recording of recordings)
  if (chosen.length === 0 || chosen.includes(recording.name)) {
    process.stdout.write(`recording ${recording.name}\n`)
    await record(recording)
  }
