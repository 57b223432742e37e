import { checksOf, type Guard } from "../data/guard.js"
import { type Context, perContext } from "./context.js"
import { guards } from "./emitted/arguments.js"
import { argumentsType } from "./entries.js"
import { newestVersion } from "./versions.js"

/** The emitted guard of a command's arguments, which is for the newest QEMU; undefined where the reader alone judges. */
export const guardFor = perContext((context: Context): Guard | undefined => {
  const { command, version, draft } = context
  if (version !== newestVersion || draft || (command !== "migrate" && command !== "migrate-incoming")) return undefined
  return guards(checksOf(argumentsType(context)))[command]
})
