import type { Command } from "../../qemu/commands.js"
import { type CommandOptions, contextOf } from "../../qemu/context.js"
import { type ArgumentsOf, touchesOf } from "../../qemu/entries.js"
import type { Policy } from "../../qemu/policy.js"

/**
 * The narrowest policy that allows the programs and the descriptors by number of some arguments, and restricts nothing
 * else.
 *
 * @param valid - arguments that are valid but for what the default policy denies
 * @param options - the command, `migrate` by default, and the QEMU that they are for
 * @example
 * policyAllowing({ uri: "exec:cat" })
 * // { exec: { commands: [["/bin/sh", "-c", "cat"]] } }
 * @since 0.6.0
 */
export const policyAllowing = (valid: ArgumentsOf[Command], options: CommandOptions = {}): Policy => {
  const touched = touchesOf(valid, contextOf(options))
  const addresses = touched.flatMap((each) => ("address" in each ? [each.address] : []))
  const commands = [
    ...addresses.flatMap((address) => (address.transport === "exec" ? [address.args] : [])),
    ...touched.flatMap((each) => ("argv" in each ? [each.argv] : [])),
  ]
  const numbers = addresses.flatMap((address) =>
    address.transport === "socket" && address.type === "fd" && /^[0-9]/.test(address.str) ? [address.str] : [],
  )
  return {
    ...(commands.length === 0 ? {} : { exec: { commands } }),
    ...(numbers.length === 0 ? {} : { fd: { numbers } }),
  }
}
