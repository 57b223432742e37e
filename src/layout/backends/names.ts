import { keysOf } from "../../violation/violation.js"

const camel = (text: string): string => text.replace(/[^A-Za-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase())

/** A path as a readable name: `agent2client.chunk_header.size#end` becomes `agent2client_chunkHeader_sizeEnd`. */
const readable = (path: string): string => {
  const roles = path.split("#").slice(1)
  const name = keysOf(path.replace(/#.*$/, "")).map(camel).join("_")
  return [
    name,
    ...roles.map((role) => (name === "" ? role : `${role.charAt(0).toUpperCase()}${camel(role).slice(1)}`)),
  ].join("")
}

/** The constant that keeps a rule: `displaySurfaceIdsAscendRule` for `display/surface-ids-ascend`. */
export const ruleConstant = (id: string): string => `${camel(id)}Rule`

/** Gives what has a path in a layout a name in a language: always the same one, and no two the same. */
export type Namer = (path: string) => string

/** A namer that keeps away from some names: the language's own, and those of what is always there. */
export const namer = (taken: Iterable<string>): Namer => {
  const used = new Set(taken)
  const names = new Map<string, string>()
  return (path) => {
    const known = names.get(path)
    if (known !== undefined) return known
    let name = readable(path)
    while (used.has(name)) name += "_"
    used.add(name)
    names.set(path, name)
    return name
  }
}
