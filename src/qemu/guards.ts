import { checksOf, type Guard, type GuardChecks } from "../data/guard.js"
import type { Command } from "./commands.js"
import { type Context, perContext } from "./context.js"
import { migrate, migrateIncoming } from "./emitted/arguments.js"
import { argumentsType } from "./entries.js"
import { newestVersion } from "./versions.js"

/** The commands that have emitted guards, which are made for the newest version's types. */
export const emittedGuards: Partial<Record<Command, (checks: GuardChecks) => Guard>> = {
  migrate,
  "migrate-incoming": migrateIncoming,
}

/** The emitted guard of a command's arguments; undefined where the reader alone judges. */
export const guardFor = perContext((context: Context): Guard | undefined =>
  context.version === newestVersion ? emittedGuards[context.command]?.(checksOf(argumentsType(context))) : undefined,
)
