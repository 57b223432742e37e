import { inspect } from "node:util"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { keyring } from "../../src/seal/index.js"
import { digits, keysOf, refusalOf } from "./scene.js"

const one = `1 active ${digits("a1")}`
const two = `2 accepted ${digits("b2")}`

describe("a key file", () => {
  test("has one key that is active, others that are accepted, comments and empty lines", () => {
    const keys = keysOf(`# of the cluster\n\n${two}\n4294967295 active ${digits("Ef")}\n`)
    expect(keys.active.id).toBe(4294967295)
    expect(keys.find(4294967295)?.export().toString("hex")).toBe(digits("ef"))
    expect(keys.find(2)?.export().toString("hex")).toBe(digits("b2"))
    expect(keys.find(1)).toBeUndefined()
  })

  test("needs no newline at its end", () => expect(keysOf(one).active.id).toBe(1))

  test.each([
    ["nothing", "", "seal/key-file"],
    ["comments only", "# none\n", "seal/key-file"],
    ["no active key", two, "seal/key-active"],
    ["two active keys", `${one}\n3 active ${digits("c3")}`, "seal/key-active"],
    ["an id twice", `${one}\n1 accepted ${digits("b2")}`, "seal/key-once"],
    ["a key twice", `${one}\n2 accepted ${digits("A1")}`, "seal/key-once"],
    ["the id 0", `0 active ${digits("a1")}`, "seal/key-line"],
    ["an id of 33 bits", `4294967296 active ${digits("a1")}`, "seal/key-line"],
    ["an id with a leading zero", `01 active ${digits("a1")}`, "seal/key-line"],
    ["no id", `active ${digits("a1")}`, "seal/key-line"],
    ["another word", `1 current ${digits("a1")}`, "seal/key-line"],
    ["a digit too few", one.slice(0, -1), "seal/key-line"],
    ["a digit too many", `${one}0`, "seal/key-line"],
    ["a digit that is none", `${one.slice(0, -1)}g`, "seal/key-line"],
    ["a space at its end", `${one} `, "seal/key-line"],
    ["a space at its beginning", ` ${one}`, "seal/key-line"],
    ["two spaces", one.replace(" ", "  "), "seal/key-line"],
    ["lines of another system", `${one}\r\n${two}\r\n`, "seal/key-line"],
    ["65 keys", Array.from({ length: 65 }, (_, index) => keyLine(index)).join("\n"), "seal/key-file"],
    ["too many bytes", `${one}\n${"#".repeat(65536)}`, "seal/key-file"],
  ])("that has %s is refused", (_, text, rule) => {
    expect(refusalOf(keyring(Buffer.from(text)))[1]).toBe(rule)
  })

  test.each([
    ["a text", one],
    ["nothing", undefined],
    ["shared memory", new Uint8Array(new SharedArrayBuffer(80))],
  ])("that is %s is refused", (_, file) => expect(refusalOf(keyring(file))[1]).toBe("layout/argument"))

  test("may have 64 keys", () => {
    const keys = keysOf(Array.from({ length: 64 }, (_, index) => keyLine(index)).join("\n"))
    expect(keys.find(64)).toBeDefined()
  })
})

const keyLine = (index: number): string =>
  `${index + 1} ${index === 0 ? "active" : "accepted"} ${digits((index + 16).toString(16))}`

test("a refusal says where, and nothing of a key", () => {
  const refused = keyring(Buffer.from(`${one}\n2 accepted ${digits("b2")}9`))
  if (E.isRight(refused)) throw new Error("accepted")
  const [violation] = refused.left
  expect(violation).toMatchObject({ rule: "seal/key-line", offset: one.length + 1, length: 76 })
  expect(inspect(violation, { depth: 9 }) + JSON.stringify(violation)).not.toMatch(/a1a1|b2b2/)
})

test("a keyring shows no key to a log", () => {
  const keys = keysOf(`${one}\n${two}`)
  expect(inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys)).not.toMatch(/a1a1|b2b2|oaGh/)
})
