import { broken, type Fault, kept } from "../data/refinement.js"
import { isIpv4, isIpv6, isName, isNumeric } from "../net/host.js"
import type { MigrateCommand } from "./context.js"
import { checks } from "./rules.js"

/** What is wrong with a host that a command connects to or listens on. */
export const hostFaults = (host: string, command: MigrateCommand): readonly Fault[] => {
  if (host === "") return command === "migrate" ? broken(checks.hostEmpty) : kept
  if (host === "0" || isIpv4(host) || isName(host) || isIpv6(host)) return kept
  if (host.startsWith("[")) return broken(checks.hostBrackets)
  return broken(isNumeric(host) ? checks.hostIpv4 : checks.host)
}
