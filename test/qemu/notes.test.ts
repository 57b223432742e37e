import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { type MigrateArguments, migrateCodec, notesOf } from "../../src/qemu/index.js"

const uri = "tcp:10.0.0.9:49152"

const pathsOf = (input: MigrateArguments): readonly string[] => notesOf(input).map(({ path }) => path)

describe("there is a note", () => {
  test.each<readonly [MigrateArguments, readonly string[]]>([
    [{ uri, detach: true }, ["detach"]],
    [{ uri, detach: false }, ["detach"]],
    [{ uri: "exec:nc 10.0.0.9 49152" }, ["uri"]],
    [{ uri: "exec:true", detach: true }, ["detach", "uri"]],
  ])("of %j on %j", (input, paths) => expect(pathsOf(input)).toEqual(paths))

  test("that QMP calls detach invalid", () => {
    expect(notesOf({ uri, detach: true })[0]?.message).toMatch(/ignores detach.*invalid in QMP/)
  })

  test("that a shell runs what exec: says", () => {
    expect(notesOf({ uri: "exec:true" })[0]?.message).toContain('["/bin/sh", "-c", COMMAND]')
  })
})

describe("there is no note", () => {
  test.each<MigrateArguments>([
    { uri },
    { uri, resume: true },
    { uri: "unix:exec:" },
    { channels: [{ "channel-type": "main", addr: { transport: "exec", args: ["/bin/true"] } }] },
    {},
  ])("on %j", (input) => expect(notesOf(input)).toEqual([]))

  test("on a detach that was undefined", () => {
    const decoded = migrateCodec().decode({ uri, detach: undefined })
    expect(E.isRight(decoded) && notesOf(decoded.right)).toEqual([])
  })

  test("on a detach that is not the arguments' own", () => {
    try {
      Object.assign(Object.prototype, { detach: true })
      expect(notesOf({ uri })).toEqual([])
    } finally {
      Reflect.deleteProperty(Object.prototype, "detach")
    }
  })
})

test("a note shows nothing of the command", () => {
  expect(JSON.stringify(notesOf({ uri: "exec:cat /etc/shadow", detach: true }))).not.toContain("shadow")
})
