import type { Note } from "../violation/checked.js"
import type { Command } from "./commands.js"
import { type CodecOptions, type Context, contextOf } from "./context.js"
import { behaviour, isDeprecated, isIn, members } from "./versions.js"

/** Which command's arguments notes are made of, for which QEMU. */
export interface NoteOptions extends CodecOptions {
  /** Default `migrate`. */
  readonly command?: Command
}

type Data = ReadonlyMap<string, unknown>

const dataOf = (input: unknown): Data => new Map(Object.entries(Object(input)))

/** An address as far as a note needs it: its scheme, and what stands behind it. */
interface Said {
  readonly path: string
  readonly scheme: string
  readonly rest: string
}

const schemeOf = (addr: Data): string => String(addr.get(addr.get("transport") === "socket" ? "type" : "transport"))

const saidBy = (data: Data): readonly Said[] => {
  const uri = data.get("uri")
  const [, scheme = "", rest = ""] = typeof uri === "string" ? (/^([^:]*):(.*)$/su.exec(uri) ?? []) : []
  const ofUri = typeof uri === "string" ? [{ path: "uri", scheme, rest }] : []
  const channels = data.get("channels")
  const ofChannels = (Array.isArray(channels) ? channels.slice(0, 16) : []).map((channel: unknown, index) => ({
    path: `channels[${index}].addr`,
    scheme: schemeOf(dataOf(dataOf(channel).get("addr"))),
    rest: "",
  }))
  return [...ofUri, ...ofChannels]
}

const fdNote = ({ version }: Context): string | undefined => {
  if (isDeprecated(version, behaviour.fdOnFiles))
    return "That a descriptor behind fd: is a plain file is deprecated: QEMU 11.0 and later refuse it; file: is for those."
  return isIn(version, behaviour.fdOnFiles)
    ? undefined
    : "QEMU refuses a descriptor of a plain file; file: is for those."
}

const addressNote = ({ path, scheme, rest }: Said, context: Context, runsPrograms: boolean): string | undefined => {
  if (scheme === "exec" && path === "uri")
    return 'QEMU runs the command of exec: as ["/bin/sh", "-c", COMMAND]; an argv in channels needs no shell.'
  if (scheme === "unix" && /^@|,/.test(rest))
    return "Everything behind unix: is the path of a file, commas and @ included: no options are read there."
  if (scheme === "fd") return fdNote(context)
  if (scheme === "file" && context.command === "migrate" && !runsPrograms && isIn(context.version, behaviour.cprExec))
    return "In the mode cpr-exec QEMU runs the program of cpr-exec-command when it migrates: nothing here shows it, so check migrate-set-parameters as well."
  return undefined
}

const detachNote = ({ version }: Context): string =>
  isDeprecated(version, members.migrate.detach)
    ? "QEMU ignores detach, and it is deprecated: QEMU 11.0 and later refuse it."
    : "QEMU ignores detach, and its documentation calls it invalid in QMP."

/**
 * What is worth knowing of arguments beside their violations, such as that `detach` has no effect, that `exec:` in a URI
 * hands its command to a shell, and what cannot be seen in them. They may be accepted or not, and need not even be
 * arguments: JSON is enough.
 *
 * @param options - the command, the QEMU and the policy that they are for
 * @example
 * notesOf({ uri: "tcp:10.0.0.9:49152", detach: true }, { version: "10.0" }).map(({ path }) => path)
 * // ["detach"]
 * @since 0.2.0
 */
export const notesOf = (input: unknown, options: NoteOptions = {}): readonly Note[] => {
  const context = contextOf(options)
  const data = dataOf(input)
  const runsPrograms = options.policy?.exec !== undefined
  const isIgnored = context.command === "migrate" && isIn(context.version, members.migrate.detach)
  const ofDetach = data.has("detach") && isIgnored ? [{ path: "detach", message: detachNote(context) }] : []
  const ofAddresses = saidBy(data).flatMap((said) => {
    const message = addressNote(said, context, runsPrograms)
    return message === undefined ? [] : [{ path: said.path, message }]
  })
  return [...ofDetach, ...ofAddresses]
}
