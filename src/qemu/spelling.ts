import type { Hint } from "../data/strict.js"
import type { Context } from "./context.js"
import { qemuRules } from "./rules.js"
import { members, type Span, spanOf, spanText } from "./versions.js"

/** Members as the first draft of the channels API spelled them, in the review thread of December 2022. */
const oldSpellings: ReadonlyMap<string, string> = new Map([
  ["channel", "channels, a list"],
  ["channeltype", "channel-type"],
  ["socket-type", "type, its members beside transport"],
  ["exec-str", "args, a list of strings"],
  ["rdma-str", "host and port"],
])

const otherVersion = (span: Span) => ({ rule: qemuRules.otherVersion, expected: spanText(span) })

/** Types of channels that only a draft has. */
const draftTypes: ReadonlySet<unknown> = new Set(["data", "post-copy"])

/** What is known of members of addresses and channels by themselves. */
export const partHint: Hint = (key, _, value) => {
  if (key === "channel-type" && draftTypes.has(value)) return { rule: qemuRules.draftChannel }
  const span = spanOf(members.InetSocketAddress, key)
  if (span !== undefined) return otherVersion(span)
  const today = oldSpellings.get(key)
  return today === undefined ? undefined : { rule: qemuRules.oldSpelling, expected: today }
}

/** Members of a socket's address that stand in `data` where it is wrapped. */
const flat: ReadonlySet<string> = new Set(["host", "port", "path", "cid", "str"])

/** What is known of members of a command's arguments that are not declared. */
export const spellingHint = ({ command }: Context): Hint => {
  const spans = Object.hasOwn(members, command) ? members[command as keyof typeof members] : {}
  return (key, depth, value) => {
    const span = depth === 0 ? spanOf(spans, key) : undefined
    if (span !== undefined) return otherVersion(span)
    if (command === "nbd-server-start" && depth === 1 && flat.has(key)) return { rule: qemuRules.nbdFlat }
    return partHint(key, depth, value)
  }
}
