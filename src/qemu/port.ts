import { type Issue, issue, ok } from "../data/refinement.js"
import { isDecimal, isLooselyDecimal, measured } from "../net/decimal.js"
import type { Direction } from "./commands.js"
import { endsWithLineBreak } from "./host.js"
import { qemuRules } from "./rules.js"

/** A service name of RFC 6335, section 5.1: letters, digits and single hyphens inside, at least one letter. */
const service = /^(?=[A-Za-z0-9-]{1,15}$)(?=[0-9-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/

/** Whether a port is the name of a service. */
export const isService = (port: string): boolean => service.test(port)

const maxPort = 0xffff

/** A decimal number of 1 to 65535. */
const number = /^(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6(?:[0-4][0-9]{3}|5(?:[0-4][0-9]{2}|5(?:[0-2][0-9]|3[0-5]))))$/

/** Judges a port to connect to or to listen on. */
export const portIssues = (port: string, direction: Direction): readonly Issue[] => {
  if (number.test(port)) return ok
  if (port === "0") return direction === "connect" ? issue(qemuRules.portZero) : ok
  if (isDecimal(port)) return issue(qemuRules.portRange, measured(port), maxPort)
  if (isService(port)) return ok
  if (endsWithLineBreak(port)) return issue(qemuRules.lineBreak)
  return issue(isLooselyDecimal(port) ? qemuRules.portSpelling : qemuRules.port)
}

const maxVsock = 0xffff_ffff

/** Judges a cid or a port of vsock. The highest stands for any, which there is to listen on only. */
export const vsockIssues = (number: string, direction: Direction): readonly Issue[] => {
  if (!isDecimal(number)) return issue(qemuRules.vsockNumber)
  if (number.length > 10 || Number(number) > maxVsock) return issue(qemuRules.vsockRange, measured(number), maxVsock)
  return direction === "connect" && Number(number) === maxVsock ? issue(qemuRules.vsockAny) : ok
}
