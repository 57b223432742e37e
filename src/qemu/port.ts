import { type Issue, issue, ok } from "../data/refinement.js"
import { isDecimal, isLooselyDecimal, measured } from "../net/decimal.js"
import type { MigrateCommand } from "./context.js"
import { checks } from "./rules.js"

/** A service name of RFC 6335, section 5.1: letters, digits and single hyphens inside, at least one letter. */
const service = /^(?=[A-Za-z0-9-]{1,15}$)(?=[0-9-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/

/** Whether a port is the name of a service. */
export const isService = (port: string): boolean => service.test(port)

const maxPort = 0xffff

/** A decimal number of 1 to 65535. */
const number = /^(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6(?:[0-4][0-9]{3}|5(?:[0-4][0-9]{2}|5(?:[0-2][0-9]|3[0-5]))))$/

/** What is wrong with a port that a command connects to or listens on. */
export const portFaults = (port: string, command: MigrateCommand): readonly Issue[] => {
  if (number.test(port)) return ok
  if (port === "0") return command === "migrate" ? issue(checks.portZero) : ok
  if (isDecimal(port)) return issue(checks.portRange, measured(port), maxPort)
  if (isService(port)) return ok
  return issue(isLooselyDecimal(port) ? checks.portSpelling : checks.port)
}

const maxVsock = 0xffff_ffff

/** What is wrong with a cid or a port of vsock. The highest stands for any, which there is to listen on only. */
export const vsockFaults = (number: string, command: MigrateCommand): readonly Issue[] => {
  if (!isDecimal(number)) return issue(checks.vsockNumber)
  if (number.length > 10 || Number(number) > maxVsock) return issue(checks.vsockRange, measured(number), maxVsock)
  return command === "migrate" && Number(number) === maxVsock ? issue(checks.vsockAny) : ok
}
