import * as E from "fp-ts/lib/Either.js"
import { type JsonText, placingIn } from "../data/json.js"
import { placed } from "../data/locate.js"
import { atKey, concat, type Issue, mostIssues, ok } from "../data/refinement.js"
import type { Checked, Note } from "../violation/checked.js"
import { type Command, commands } from "./commands.js"
import { type CodecOptions, contextOf } from "./context.js"
import { type LogSettings, settingIssues, settingsAfter, settingsAfterRefusal } from "./log-settings.js"
import { notesOf } from "./notes.js"
import { allowedReaders, argumentsReader } from "./parse.js"
import { defaultPolicy } from "./policy.js"
import { commandIn, type QmpCommand } from "./qmp-command.js"
import { qmpRules } from "./rules.js"

/** What is known of one message of a QMP log. */
export interface JudgedLine {
  /** The command, if it is one that is checked. */
  readonly command?: Command
  readonly checked: Checked<unknown>
  readonly notes: readonly Note[]
}

const isChecked = (name: string): name is Command => name !== "incoming" && commands.some((each) => each === name)

/** Commands that take addresses or files which are not checked here. */
const unread: ReadonlySet<string> = new Set([
  ...["chardev-add", "chardev-change", "netdev_add", "blockdev-add", "blockdev-reopen", "object-add"],
  ...["display-update", "add_client", "xen-save-devices-state", "xen-load-devices-state"],
  ...["snapshot-save", "snapshot-load", "x-blockdev-change", "device_add", "drive-mirror", "drive-backup"],
  ...["blockdev-snapshot-sync", "pmemsave", "memsave", "screendump"],
])

/** Words of the human monitor that do what a checked command does. */
const human = /^\s*(?:migrate|client_migrate_info|nbd_server|getfd|dump-guest-memory|savevm|loadvm)/

const isHuman = ({ name, arguments: given }: QmpCommand): boolean =>
  name === "human-monitor-command" && human.test(String(Reflect.get(Object(given), "command-line")))

const noteOn = (name: string): string => {
  if (name === "human-monitor-command") return "Command lines of the human monitor are not read."
  return unread.has(name)
    ? "This command takes addresses or files of its own, which are not checked."
    : "This command carries no address of a migration: it is not checked."
}

/**
 * Makes a reader of QMP commands in the order in which they were given: capabilities and parameters that one sets count
 * for the migrations behind it. Takes messages that are no commands, and commands that are not checked, with a note.
 */
export const logReader = ({
  policy = defaultPolicy,
  ...forQemu
}: CodecOptions): ((json: JsonText) => JudgedLine | undefined) => {
  let settings: LogSettings = { capabilities: new Map() }

  const judge = (name: Command, args: unknown): readonly Issue[] => {
    const context = contextOf({ ...forQemu, command: name })
    const read = argumentsReader(context)(args)
    if (E.isLeft(read)) {
      settings = settingsAfterRefusal(name, args, settings)
      return read.left
    }
    const allowed = allowedReaders(context, policy).read(args)
    const issues = concat(E.isLeft(allowed) ? allowed.left : ok, settingIssues(read.right, settings, context, policy))
    settings = settingsAfter(name, read.right, settings)
    return issues
  }

  return ({ text, value }) => {
    const whole = commandIn(value)
    if (whole === undefined) return undefined
    const placing = placingIn(text)
    if (E.isLeft(whole)) return { checked: placed(whole, placing), notes: [] }
    const { name, key, arguments: args } = whole.right
    if (isHuman(whole.right))
      return { checked: placed(E.left([{ rule: qmpRules.humanMonitor, keys: ["arguments"] }]), placing), notes: [] }
    if (!isChecked(name)) return { checked: E.right(args), notes: [{ path: key, message: noteOn(name) }] }
    const [first, ...others] = atKey("arguments", judge(name, args)).slice(0, mostIssues)
    const notes = notesOf(args, { ...forQemu, policy, command: name })
    return {
      command: name,
      checked: first === undefined ? E.right(args) : placed(E.left([first, ...others]), placing),
      notes: notes.map((note) => ({ ...note, path: `arguments.${note.path}` })),
    }
  }
}
