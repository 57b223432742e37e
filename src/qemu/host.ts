import { type Issue, issue, ok } from "../data/refinement.js"
import { isIpv4, isIpv6, isLinkLocal, isMulticast, isName, isNumeric, zoneOf } from "../net/host.js"
import type { Direction } from "./commands.js"
import { qemuRules } from "./rules.js"

/** A text that was read as a line, with the end of that line. */
export const endsWithLineBreak = (text: string): boolean => /[\r\n]$/.test(text)

/** The name of an interface behind the %25 that a URL has for %: a number alone may be the interface's own. */
const escapedZone = /^25.*[^0-9]/su

const ipv6Issues = (host: string): readonly Issue[] => {
  if (isMulticast(host)) return issue(qemuRules.hostMulticast)
  const zone = zoneOf(host)
  if (zone === undefined) return isLinkLocal(host) ? issue(qemuRules.linkLocalZone) : ok
  return escapedZone.test(zone) ? issue(qemuRules.zoneEscaped) : ok
}

/** Judges a host to connect to or to listen on. */
export const hostIssues = (host: string, direction: Direction): readonly Issue[] => {
  if (host === "") return direction === "connect" ? issue(qemuRules.hostEmpty) : ok
  if (host === "0" || isIpv4(host) || isName(host)) return ok
  if (isIpv6(host)) return ipv6Issues(host)
  if (host === "*") return issue(qemuRules.hostAny)
  if (host.startsWith("[")) return issue(qemuRules.hostBrackets)
  if (endsWithLineBreak(host)) return issue(qemuRules.lineBreak)
  return issue(isNumeric(host) ? qemuRules.hostIpv4 : qemuRules.host)
}
