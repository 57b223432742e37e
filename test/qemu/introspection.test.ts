import { readFileSync } from "node:fs"
import * as t from "io-ts"
import { expect, test } from "vitest"
import { migrate, migrateIncoming } from "../../src/qemu/arguments.js"
import { contextOf } from "../../src/qemu/context.js"
import { differences, type Schema, schemaOf } from "./introspection.js"

/** What query-qmp-schema of a version said, reduced to what the two commands reach. */
const captured = (version: string): Schema =>
  schemaOf(JSON.parse(readFileSync(new URL(`qmp-schema-${version}.json`, import.meta.url), "utf8")))

test.each(["7.2", "10.0"] as const)("the types are those that QEMU %s has", (version) => {
  const schema = captured(version)
  expect(differences(schema, "migrate", migrate(contextOf({ command: "migrate", version })))).toEqual([])
  const incoming = migrateIncoming(contextOf({ command: "migrate-incoming", version }))
  expect(differences(schema, "migrate-incoming", incoming)).toEqual([])
})

test("another version's types are found to be different", () => {
  const schema = captured("10.0")
  expect(differences(schema, "migrate", migrate(contextOf({ command: "migrate", version: "7.2" })))).toEqual([
    "migrate: QEMU has channels, and we have not",
    "migrate: we have blk, and QEMU has not",
    "migrate: we have inc, and QEMU has not",
  ])
})

test("a member of another type, or not equally optional, is found", () => {
  const schema = captured("10.0")
  const type = t.exact(
    t.intersection([
      t.type({ uri: t.string }),
      t.partial({ channels: t.string, detach: t.string, resume: t.readonlyArray(t.string) }),
    ]),
  )
  expect(differences(schema, "migrate", type)).toEqual([
    "migrate.uri: optional by QEMU only",
    "migrate.channels: QEMU's list is string to us",
    "migrate.detach: QEMU's boolean is string to us",
    "migrate.resume: QEMU's boolean is ReadonlyArray<string> to us",
  ])
})
