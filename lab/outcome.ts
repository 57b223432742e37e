import { setTimeout as pause } from "node:timers/promises"
import type { MigrateCommand } from "../src/qemu/index.js"
import { type Qemu, withQemu } from "./qemu.js"
import { type Answer, resynchronise } from "./qmp.js"

/** The arguments of one command, as a text that need not be JSON. */
export interface ArgumentSet {
  readonly command: MigrateCommand
  readonly arguments: string
}

/** What QEMU does with arguments. */
export type Outcome =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "refused"; readonly reason: string }
  | { readonly outcome: "crashed"; readonly signal: string }

/** Looks at a migration that was accepted: at most this often, at least so many milliseconds apart. */
const looks = { most: 20, apart: 5 } as const

interface Migration {
  readonly status?: string
  readonly "socket-address"?: unknown
}

/** Whether there is nothing more to come: the migration has ended, or QEMU waits for somebody to connect. */
const isSettled = ({ status = "setup", ...migration }: Migration): boolean =>
  ["completed", "failed", "cancelled"].includes(status) || migration["socket-address"] !== undefined

/** Follows an accepted migration until it settles, lest QEMU crash over it a moment later. */
const follow = async (qemu: Qemu): Promise<Outcome> => {
  for (let look = 0; look < looks.most; look++) {
    const migration = await qemu.ask("query-migrate")
    if (migration === undefined || isSettled(migration as Migration)) break
    await pause(looks.apart)
  }
  await qemu.ask("quit")
  const { signal } = await qemu.ended
  return signal === null ? { outcome: "accepted" } : { outcome: "crashed", signal }
}

const judge = async (qemu: Qemu, answers: readonly Answer[]): Promise<Outcome> => {
  const answer = answers.find(({ id }) => id === "set")
  if (answer?.return !== undefined) return follow(qemu)
  if (answer?.error !== undefined) return { outcome: "refused", reason: answer.error.desc }
  if (answers.some(({ id }) => id === "after"))
    return { outcome: "refused", reason: answers.find(({ error }) => error !== undefined)?.error?.desc ?? "no answer" }
  const { signal, code } = await qemu.ended
  return { outcome: "crashed", signal: signal ?? `exit ${code}` }
}

/** Gives a set of arguments to a QEMU of its own. The text goes in as it is, between what makes a command of it. */
export const outcomeOf = ({ command, arguments: text }: ArgumentSet): Promise<Outcome> =>
  withQemu(command, async (qemu) => {
    qemu.send(`{"execute":"${command}","id":"set","arguments":${text}}`)
    qemu.send(resynchronise)
    qemu.send(`{"execute":"query-migrate","id":"after"}\n`)
    return judge(qemu, await qemu.answersTo("after"))
  })
