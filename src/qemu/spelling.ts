import type { Hint } from "../schema/exact.js"
import { checks } from "./checks.js"
import { isSince, type QemuVersion } from "./context.js"

/** Members as the first draft of the channels API spelled them, in the review thread of December 2022. */
const oldSpellings: ReadonlyMap<string, string> = new Map([
  ["channel", "channels, a list"],
  ["channeltype", "channel-type"],
  ["socket-type", "type, its members beside transport"],
  ["exec-str", "args, a list of strings"],
  ["rdma-str", "host and port"],
])

/** Members of the two commands that some versions of QEMU lack. */
const memberVersions: ReadonlyMap<string, { readonly since?: QemuVersion; readonly until?: QemuVersion }> = new Map([
  ["channels", { since: "8.2" }],
  ["exit-on-error", { since: "9.1" }],
  ["blk", { until: "9.1" }],
  ["inc", { until: "9.1" }],
])

/** Whether a version of QEMU has a member. */
export const hasMember = (version: QemuVersion, name: string): boolean => {
  const { since, until } = memberVersions.get(name) ?? {}
  return (since === undefined || isSince(version, since)) && (until === undefined || !isSince(version, until))
}

/** What is known of a member that is not declared. */
export const spellingHint: Hint = (key) => {
  const today = oldSpellings.get(key)
  if (today !== undefined) return { check: checks.oldSpelling, expected: today }
  const versions = memberVersions.get(key)
  if (versions === undefined) return undefined
  return {
    check: checks.otherVersion,
    expected: versions.since === undefined ? `before ${versions.until}` : `${versions.since} and later`,
  }
}
