import * as fc from "fast-check"
import { expect, test } from "vitest"
import { argumentsArbitraryOf } from "../../../src/testing/index.js"
import { everyTreeEdit, someEdit } from "../../../src/testing/qemu/edits.js"
import { textOf, treeOf } from "../../../src/testing/qemu/json-cst.js"

/** Picks numbers from a list, and the first choice behind its end. */
const picking = (numbers: readonly number[]) => {
  const left = [...numbers]
  return (count: number) => (left.shift() ?? 0) % count
}

const numbers = fc.array(fc.nat(), { maxLength: 12 })

test("an edit that is picked is one of those that there are", () => {
  fc.assert(
    fc.property(argumentsArbitraryOf({ draft: true }), numbers, (valid, picks) => {
      const tree = treeOf(valid)
      const edited = textOf(someEdit(tree, picking(picks)))
      expect([...everyTreeEdit(tree)].some((each) => textOf(each.tree) === edited)).toBe(true)
      expect(textOf(someEdit(tree, picking(picks)))).toBe(edited)
    }),
    { numRuns: 10 },
  )
})

test("what was edited can be edited again, whatever became of it", () => {
  fc.assert(
    fc.property(argumentsArbitraryOf(), fc.array(numbers, { maxLength: 6 }), (valid, edits) => {
      let tree = treeOf(valid)
      for (const picks of edits) tree = someEdit(tree, picking(picks))
      expect(typeof textOf(tree)).toBe("string")
    }),
    { numRuns: 500 },
  )
})

test("a part that is not due is left as it is, with what it is made of", () => {
  const tree = treeOf({
    channels: [{ "channel-type": "main", addr: { transport: "exec", args: ["/a"] } }],
    resume: true,
  })
  const names = [...everyTreeEdit(tree, (_, path) => path !== ".channels.addr")].map(({ name }) => name)
  expect(names).toContain("channels.0.addr-dropped")
  expect(names.filter((name) => name.startsWith("channels.0.addr."))).toEqual([])
})
