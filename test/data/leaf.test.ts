import * as E from "fp-ts/lib/Either.js"
import { expect, test } from "vitest"
import { leaf } from "../../src/data/leaf.js"

const even = leaf("even", (input): input is number => typeof input === "number" && input % 2 === 0)

test("a leaf is an io-ts type of what its guard lets through", () => {
  expect(even.decode(4)).toEqual(E.right(4))
  expect(E.isLeft(even.decode(3))).toBe(true)
  expect(even.is("4")).toBe(false)
  expect(even.encode(2)).toBe(2)
  expect(even.name).toBe("even")
})
