import type { Hint } from "../data/strict.js"
import { type Context, isSince, type MigrateCommand, type QemuVersion } from "./context.js"
import { checks } from "./rules.js"

/** Members as the first draft of the channels API spelled them, in the review thread of December 2022. */
const oldSpellings: ReadonlyMap<string, string> = new Map([
  ["channel", "channels, a list"],
  ["channeltype", "channel-type"],
  ["socket-type", "type, its members beside transport"],
  ["exec-str", "args, a list of strings"],
  ["rdma-str", "host and port"],
])

interface Versions {
  readonly since?: QemuVersion
  readonly until?: QemuVersion
}

/** Members of each command that some versions of QEMU lack. */
const memberVersions: { readonly [C in MigrateCommand]: ReadonlyMap<string, Versions> } = {
  migrate: new Map([
    ["channels", { since: "8.2" }],
    ["blk", { until: "9.1" }],
    ["inc", { until: "9.1" }],
  ]),
  "migrate-incoming": new Map([
    ["channels", { since: "8.2" }],
    ["exit-on-error", { since: "9.1" }],
  ]),
}

/** Whether a command of a version of QEMU has a member. */
export const hasMember = ({ command, version }: Context, name: string): boolean => {
  const { since, until } = memberVersions[command].get(name) ?? {}
  return (since === undefined || isSince(version, since)) && (until === undefined || !isSince(version, until))
}

/** What is known of members of addresses and channels by themselves. */
export const partHint: Hint = (key) => {
  const today = oldSpellings.get(key)
  return today === undefined ? undefined : { rule: checks.oldSpelling, expected: today }
}

/** What is known of members of a command's arguments that are not declared. */
export const spellingHint =
  ({ command }: Context): Hint =>
  (key, depth) => {
    const versions = depth === 0 ? memberVersions[command].get(key) : undefined
    if (versions === undefined) return partHint(key, depth)
    const { since, until } = versions
    return { rule: checks.otherVersion, expected: since === undefined ? `before ${until}` : `${since} and later` }
  }
