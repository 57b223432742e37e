import { expect, test } from "vitest"
import * as L from "../../src/layout/index.js"

test("the rules that hold by construction have a format's source, but for those that name their own", () => {
  const { trailing, magic } = L.checksWith({ magic: { source: "note.c: read_magic" } }, "note.h: struct note")
  expect([trailing.source, magic.source]).toEqual(["note.h: struct note", "note.c: read_magic"])
})

test("a format's sentences change no id and no code", () => {
  const { trailing } = L.checksWith({ trailing: { consequence: "The next record is read from the middle." } })
  expect(trailing).toEqual({
    ...L.checksWith({}).trailing,
    consequence: "The next record is read from the middle.",
  })
  expect(trailing.id).toBe("layout/trailing")
})
