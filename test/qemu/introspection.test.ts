import { readFileSync } from "node:fs"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { migrate } from "../../src/qemu/arguments.js"
import { commands } from "../../src/qemu/commands.js"
import { contextOf } from "../../src/qemu/context.js"
import { argumentsType } from "../../src/qemu/entries.js"
import { differences, type Schema, schemaOf } from "./introspection.js"

/** What query-qmp-schema of a version said, reduced to what the commands reach. */
const captured = (version: string): Schema =>
  schemaOf(JSON.parse(readFileSync(new URL(`qmp-schema-${version}.json`, import.meta.url), "utf8")))

/** Of exports, only those of NBD are taken, and of these no bitmaps of other nodes and, from 11.1 on, no lists of threads. */
const left: readonly string[] = [
  "block-export-add: QEMU has type=vhost-user-blk, and we have not",
  "block-export-add: QEMU has type=fuse, and we have not",
  "block-export-add: QEMU has type=vduse-blk, and we have not",
  "block-export-add(type=nbd).bitmaps[]: QEMU has object, and we have not",
  "block-export-add(type=nbd).iothread: QEMU has object, and we have not",
]

const inQmp = commands.filter((command) => command !== "incoming")

describe.each(["7.2", "10.0", "11.1"] as const)("the types are those that QEMU %s has", (version) => {
  test.each(inQmp)("of %s", (command) => {
    const type = argumentsType(contextOf({ command, version }))
    const found = differences(captured(version), command, type)
    expect(found.filter((difference) => !left.includes(difference))).toEqual([])
  })
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
