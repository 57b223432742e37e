import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Entity, schemaOf } from "../test/qemu/introspection.js"

/** The commands of QMP whose arguments are checked, or may be in the same log. */
const commands = [
  ...["migrate", "migrate-incoming", "migrate-recover", "client_migrate_info", "nbd-server-start", "nbd-server-add"],
  ...["block-export-add", "getfd", "add-fd", "migrate-set-parameters", "migrate-set-capabilities", "dump-guest-memory"],
]

/** The names that an entity refers to. */
const namesIn = (entity: Entity): readonly string[] =>
  [
    entity["arg-type"],
    entity["element-type"],
    ...[entity.members ?? [], entity.variants ?? []].flat().map(({ type }) => type),
  ].filter((name) => name !== undefined)

/** What query-qmp-schema says, reduced to what those commands take, in the same order. */
export const reduced = (entities: readonly Entity[]): readonly Entity[] => {
  const schema = schemaOf(entities)
  const reached = new Set<string>()
  const reach = (name: string): void => {
    const entity = schema.get(name)
    if (entity === undefined || reached.has(name)) return
    reached.add(name)
    namesIn(entity).forEach(reach)
  }
  commands.forEach(reach)
  return entities.filter(({ name }) => reached.has(name))
}

const pathOf = (version: string): string =>
  fileURLToPath(new URL(`../test/qemu/qmp-schema-${version}.json`, import.meta.url))

export const readSchema = (version: string): readonly Entity[] => JSON.parse(readFileSync(pathOf(version), "utf8"))

/** A line for each entity, so that a change of one shows as a change of one line. */
export const writeSchema = (version: string, entities: readonly Entity[]): void =>
  writeFileSync(pathOf(version), `[\n${entities.map((entity) => `  ${JSON.stringify(entity)}`).join(",\n")}\n]\n`)
