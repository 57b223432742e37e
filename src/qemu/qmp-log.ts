import * as E from "fp-ts/lib/Either.js"
import { type JsonText, placingIn } from "../data/json.js"
import { placed } from "../data/locate.js"
import { atKey, concat, type Issue, issueAt, mostIssues, ok } from "../data/refinement.js"
import type { Checked } from "../violation/checked.js"
import type { Note } from "../violation/note.js"
import type { MigrationAddress } from "./addresses.js"
import type { MigrationCapability } from "./capabilities.js"
import { programIssues } from "./check-policy.js"
import { type Command, commands } from "./commands.js"
import { type CodecOptions, contextOf } from "./context.js"
import { type ArgumentsOf, touchesOf } from "./entries.js"
import { notesOf } from "./notes.js"
import { allowedReader, argumentsReader } from "./parse.js"
import { defaultPolicy, type Policy } from "./policy.js"
import { commandIn, type QmpCommand } from "./qmp-command.js"
import { qemuRules, qmpRules } from "./rules.js"
import { behaviour, isIn, type QemuVersion } from "./versions.js"

/** What is known of one message of a QMP log. */
export interface JudgedLine {
  /** The command, if it is one that is checked. */
  readonly command?: Command
  readonly checked: Checked<unknown>
  readonly notes: readonly Note[]
}

/** What commands of a log have set so far; what is not here was not seen, and may be anything. */
interface Settings {
  readonly capabilities: ReadonlyMap<MigrationCapability, boolean>
  readonly mode?: string
  readonly command?: readonly string[]
}

const isChecked = (name: string): name is Command => name !== "incoming" && commands.some((each) => each === name)

/** Commands that take socket addresses which are not checked here. */
const unread: ReadonlySet<string> = new Set([
  ...["chardev-add", "chardev-change", "netdev_add", "blockdev-add", "blockdev-reopen", "object-add"],
  ...["display-update", "add_client", "xen-save-devices-state", "xen-load-devices-state"],
  ...["snapshot-save", "snapshot-load", "x-blockdev-change", "device_add"],
])

/** Words of the human monitor that do what a checked command does. */
const human = /^\s*(?:migrate|client_migrate_info|nbd_server|getfd|dump-guest-memory|savevm|loadvm)/

const isHuman = ({ name, arguments: given }: QmpCommand): boolean =>
  name === "human-monitor-command" && human.test(String(Reflect.get(Object(given), "command-line")))

const noteOn = (name: string): string =>
  unread.has(name)
    ? "This command takes addresses or files of its own, which are not checked."
    : "This command carries no address of a migration: it is not checked."

const kindOf = (address: MigrationAddress): string =>
  address.transport === "socket" ? address.type : address.transport

/** Judges an address by the capabilities that are on (migration_channels_and_transport_compatible of migration/migration.c). */
const transportIssues = (
  address: MigrationAddress,
  { capabilities }: Settings,
  version: QemuVersion,
): readonly Issue[] => {
  const isOn = (...names: readonly MigrationCapability[]) => names.some((name) => capabilities.get(name) === true)
  const kind = kindOf(address)
  const key = address.transport === "socket" ? "type" : "transport"
  const isFile = kind === "file" || kind === "fd"
  const hasChannels = ["inet", "unix", "vsock"].includes(kind) || (isFile && isOn("mapped-ram"))
  const isRefused = kind === "rdma" && isIn(version, behaviour.rdmaCapabilities) && isOn("xbzrle", "postcopy-ram")
  return concat(
    isOn("multifd", "postcopy-preempt") && !hasChannels ? issueAt(key, qemuRules.transportChannels) : ok,
    isOn("mapped-ram") && !isFile ? issueAt(key, qemuRules.transportSeeking) : ok,
    isRefused ? issueAt(key, qemuRules.transportRdma) : ok,
  )
}

type Destined = ArgumentsOf["migrate"]

const hasCpr = ({ channels = [] }: Destined): boolean => channels.some((each) => each["channel-type"] === "cpr")

/** Judges what `migrate` does in a mode: cpr-exec runs a program, which the policy must allow whether it was seen or not. */
const modeIssues = (args: Destined, settings: Settings, kinds: readonly string[], policy: Policy): readonly Issue[] => {
  const key = args.uri === undefined ? "channels" : "uri"
  if (settings.mode === "cpr-transfer")
    return hasCpr(args) && !kinds.includes("file") ? ok : issueAt(key, qemuRules.cprChannel)
  return settings.mode === "cpr-exec" ? atKey(key, programIssues(settings.command ?? [], policy)) : ok
}

/** The settings after a command. One that is refused here may have been carried out all the same. */
const settingsAfter = (name: Command, args: unknown, settings: Settings): Settings => {
  if (name === "migrate-set-capabilities") {
    const { capabilities } = args as ArgumentsOf["migrate-set-capabilities"]
    const set = capabilities.map(({ capability, state }) => [capability, state] as const)
    return { ...settings, capabilities: new Map([...settings.capabilities, ...set]) }
  }
  if (name !== "migrate-set-parameters") return settings
  const { mode, "cpr-exec-command": command } = args as ArgumentsOf["migrate-set-parameters"]
  return { ...settings, ...(mode === undefined ? {} : { mode }), ...(command === undefined ? {} : { command }) }
}

const destined: ReadonlySet<Command> = new Set(["migrate", "migrate-incoming", "migrate-recover"])

/**
 * Makes a reader of QMP commands in the order in which they were given: capabilities and parameters that one sets count
 * for the migrations behind it. Takes messages that are no commands, and commands that are not checked, with a note.
 */
export const logReader = ({
  policy = defaultPolicy,
  ...forQemu
}: CodecOptions): ((json: JsonText) => JudgedLine | undefined) => {
  let settings: Settings = { capabilities: new Map() }

  const settingIssues = (name: Command, args: unknown): readonly Issue[] => {
    if (!destined.has(name)) return ok
    const context = contextOf({ ...forQemu, command: name })
    const addresses = touchesOf(args as Destined, context).flatMap((each) => ("address" in each ? [each] : []))
    return concat(
      ...addresses.map(({ keys, address }) =>
        keys.reduceRight((said, key) => atKey(key, said), transportIssues(address, settings, context.version)),
      ),
      name === "migrate"
        ? modeIssues(
            args as Destined,
            settings,
            addresses.map(({ address }) => kindOf(address)),
            policy,
          )
        : ok,
    )
  }

  const judge = (name: Command, args: unknown): readonly Issue[] => {
    const context = contextOf({ ...forQemu, command: name })
    const read = argumentsReader(context)(args)
    if (E.isLeft(read)) return read.left
    const allowed = allowedReader(context, policy)(args)
    const issues = concat(E.isLeft(allowed) ? allowed.left : ok, settingIssues(name, read.right))
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
