import type { Note } from "../violation/note.js"

/**
 * What is worth knowing of arguments beside their violations: that `detach` has no effect, and that `exec:` in a URI
 * hands its command to a shell. They may be accepted or not, and need not even be arguments: JSON is enough.
 *
 * @example
 * notesOf({ uri: "tcp:10.0.0.9:49152", detach: true }).map(({ path }) => path)
 * // ["detach"]
 * @since 0.2.0
 */
export const notesOf = (input: unknown): readonly Note[] => {
  const notes: Note[] = []
  const members: ReadonlyMap<string, unknown> = new Map(Object.entries(Object(input)))
  const uri = members.get("uri")
  if (members.has("detach"))
    notes.push({ path: "detach", message: "QEMU ignores detach, and its documentation calls it invalid in QMP." })
  if (typeof uri === "string" && uri.startsWith("exec:"))
    notes.push({
      path: "uri",
      message: 'QEMU runs the command of exec: as ["/bin/sh", "-c", COMMAND]; an argv in channels needs no shell.',
    })
  return notes
}
