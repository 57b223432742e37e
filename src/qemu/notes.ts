import type { Note } from "../schema/note.js"
import type { MigrateArguments, MigrateIncomingArguments } from "./arguments.js"

/**
 * What is worth knowing of arguments that are accepted: that `detach` has no effect, and that `exec:` in a URI hands
 * its command to a shell.
 *
 * @example
 * notesOf({ uri: "tcp:10.0.0.9:49152", detach: true }).map(({ path }) => path)
 * // ["detach"]
 * @since 0.2.0
 */
export const notesOf = (checked: MigrateArguments | MigrateIncomingArguments): readonly Note[] => {
  const notes: Note[] = []
  if (Object.hasOwn(checked, "detach"))
    notes.push({ path: "detach", message: "QEMU ignores detach, and its documentation calls it invalid in QMP." })
  if (checked.uri?.startsWith("exec:") === true)
    notes.push({
      path: "uri",
      message: 'QEMU runs the command of exec: as ["/bin/sh", "-c", COMMAND]; an argv in channels needs no shell.',
    })
  return notes
}
