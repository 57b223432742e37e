import { type Issue, issue, ok } from "../data/refinement.js"
import { isIpv4, isIpv6, isName, isNumeric } from "../net/host.js"
import type { MigrateCommand } from "./context.js"
import { checks } from "./rules.js"

/** What is wrong with a host that a command connects to or listens on. */
export const hostFaults = (host: string, command: MigrateCommand): readonly Issue[] => {
  if (host === "") return command === "migrate" ? issue(checks.hostEmpty) : ok
  if (host === "0" || isIpv4(host) || isName(host) || isIpv6(host)) return ok
  if (host.startsWith("[")) return issue(checks.hostBrackets)
  return issue(isNumeric(host) ? checks.hostIpv4 : checks.host)
}
