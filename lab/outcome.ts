import { setTimeout as pause } from "node:timers/promises"
import type { Command } from "../src/qemu/commands.js"
import type { Installed } from "./installed.js"
import { happens } from "./patience.js"
import { type End, type Qemu, withProcess, withQemu } from "./qemu.js"
import { type Answer, resynchronise } from "./qmp.js"
import { stages } from "./stage.js"

/** The arguments of one command, as a text that need not be JSON; of `incoming`, what stands behind the option. */
export interface ArgumentSet {
  readonly command: Command
  readonly arguments: string
}

/** What QEMU does with arguments. */
export type Outcome =
  | {
      readonly outcome: "accepted"
      /** Where it listens since, if it does: `127.0.0.1:4446`, or a path. */
      readonly listens?: string
    }
  | { readonly outcome: "refused"; readonly reason: string }
  | { readonly outcome: "crashed"; readonly signal: string }

/** Looks at a migration that was accepted: at most this often, at least so many milliseconds apart. */
const looks = { most: 20, apart: 5 } as const

/** How long a QEMU that reads `-incoming` may take before it is taken to wait for somebody, in milliseconds. */
const patience = 3000

interface Migration {
  readonly status?: string
  readonly "socket-address"?: readonly SocketAddress[]
}

interface SocketAddress {
  readonly host?: string
  readonly port?: string
  readonly path?: string
}

/** Whether there is nothing more to come: the migration has ended, or QEMU waits for somebody to connect. */
const isSettled = ({ status = "setup", ...migration }: Migration): boolean =>
  ["completed", "failed", "cancelled"].includes(status) || migration["socket-address"] !== undefined

/** Follows an accepted migration until it settles, lest QEMU crash over it a moment later. */
const settled = async (qemu: Qemu): Promise<Migration> => {
  let migration: Migration = {}
  for (let look = 0; look < looks.most; look++) {
    const found = (await qemu.ask("query-migrate")) as Migration | undefined
    if (found === undefined) break
    migration = found
    if (isSettled(found)) break
    await pause(looks.apart)
  }
  return migration
}

const listening = ({ "socket-address": [first] = [] }: Migration): { readonly listens?: string } => {
  if (first === undefined) return {}
  const { host, port, path } = first
  return { listens: host === undefined ? (path ?? "") : `${host.includes(":") ? `[${host}]` : host}:${port}` }
}

const isMigration = (command: Command): boolean => command.startsWith("migrate") && !command.startsWith("migrate-set-")

/** What becomes of a command that has succeeded. */
const follow = async (qemu: Qemu, command: Command): Promise<Outcome> => {
  const migration = isMigration(command) ? await settled(qemu) : {}
  await qemu.ask("quit")
  const { signal } = await qemu.ended
  return signal === null ? { outcome: "accepted", ...listening(migration) } : { outcome: "crashed", signal }
}

const crashed = ({ signal, code }: End): Outcome => ({ outcome: "crashed", signal: signal ?? `exit ${code}` })

const judge = async (qemu: Qemu, command: Command, answers: readonly Answer[]): Promise<Outcome> => {
  const answer = answers.find(({ id }) => id === "set")
  if (answer?.return !== undefined) return follow(qemu, command)
  if (answer?.error !== undefined) return { outcome: "refused", reason: answer.error.desc }
  if (answers.some(({ id }) => id === "after"))
    return { outcome: "refused", reason: answers.find(({ error }) => error !== undefined)?.error?.desc ?? "no answer" }
  return crashed(await qemu.ended)
}

/** Whether QEMU is as it was: a refusal of some, such as for a name that cannot be looked up, leaves a migration behind. */
const isUntouched = (answers: readonly Answer[]): boolean => {
  const after = answers.find(({ id }) => id === "after")?.return as Migration | undefined
  return after !== undefined && after.status === undefined
}

/** Sets that one QEMU is asked at most: it has to be through with them within its lifetime. */
const most = 100

/**
 * Gives sets of one command to a QEMU, taken from `waiting`, for as long as it refuses them and stays as it was. The
 * texts go in as they are, between what makes a command of each.
 */
export const outcomesOf = (
  installed: Installed,
  command: Command,
  waiting: Iterator<ArgumentSet>,
): Promise<readonly (readonly [ArgumentSet, Outcome])[]> => {
  const { options = [], before = [] } = stages[command] ?? {}
  return withQemu(installed, options, async (qemu) => {
    for (const { execute, arguments: members } of before) await qemu.ask(execute, members)
    const outcomes: (readonly [ArgumentSet, Outcome])[] = []
    while (outcomes.length < most) {
      const next = waiting.next()
      if (next.done === true) break
      qemu.send(`{"execute":"${command}","id":"set","arguments":${next.value.arguments}}`)
      qemu.send(resynchronise)
      qemu.send(`{"execute":"query-migrate","id":"after"}\n`)
      const answers = await qemu.answersTo("after")
      const outcome = await judge(qemu, command, answers)
      outcomes.push([next.value, outcome])
      if (outcome.outcome !== "refused" || !isUntouched(answers)) break
    }
    return outcomes
  })
}

/** The first of QEMU's complaints that is no warning, without what it is about. */
const reasonIn = (complaints: string, text: string): string => {
  const [reason = ""] = complaints
    .split(/^qemu-system-x86_64: /m)
    .map((complaint) => complaint.replace(`-incoming ${text}: `, "").trim())
    .filter((complaint) => complaint !== "" && !complaint.startsWith("warning: "))
  return reason
}

/** A QEMU that gets so far as to take commands has accepted the option; so has one that waits for another side. */
export const outcomeOfOption = (installed: Installed, text: string): Promise<Outcome> =>
  withProcess(installed, ["-incoming", text], async (qemu) => {
    const ready = qemu.ask("qmp_capabilities")
    if (!(await happens(ready, patience))) return { outcome: "accepted" }
    if ((await ready) !== undefined) return follow(qemu, "migrate-incoming")
    const end = await qemu.ended
    return end.code === 1 ? { outcome: "refused", reason: reasonIn(qemu.complaints(), text) } : crashed(end)
  })
