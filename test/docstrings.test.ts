import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../scripts/corpus.js"
import * as library from "../src/index.js"
import * as layout from "../src/layout/index.js"
import * as qemu from "../src/qemu/index.js"
import * as relay from "../src/relay/index.js"
import * as rules from "../src/rules.js"
import * as seal from "../src/seal/index.js"
import * as session from "../src/session/index.js"
import * as testing from "../src/testing/index.js"
import { runModule } from "./examples.js"

/** An example is code whose last line is a comment: an expression that the line before it must equal. */
const prelude = `
import { readFileSync } from "node:fs"
import * as fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import * as library from "migration-guard"
import * as L from "migration-guard/layout"
import * as qemu from "migration-guard/qemu"
import * as relayEntry from "migration-guard/relay"
import * as rulesEntry from "migration-guard/rules"
import * as sealEntry from "migration-guard/seal"
import * as sessionEntry from "migration-guard/session"
import * as testing from "migration-guard/testing"
const { ${Object.keys(library).join(", ")} } = library
const { ${Object.keys(qemu).join(", ")} } = qemu
const { ${Object.keys(relay).join(", ")} } = relayEntry
const { ${Object.keys(rules).join(", ")} } = rulesEntry
const { ${Object.keys(seal).join(", ")} } = sealEntry
const { ${Object.keys(session).join(", ")} } = sessionEntry
const { ${Object.keys(testing).join(", ")} } = testing
`

interface Documented {
  readonly name: string
  readonly text: string
}

const documented = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes("cli"))
  .flatMap((file) => {
    const source = readFileSync(join(root, "src", file), "utf8")
    const comments = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:const|class|function\*?) (\w+)/g)]
    return comments.map(([, text = "", name = ""]): Documented => ({ name, text: text.replace(/^ \* ?/gm, "") }))
  })

const exampleOf = (text: string): readonly string[] =>
  text
    .match(/@example\n([\s\S]*?)\n@/)?.[1]
    ?.split("\n")
    .filter((line) => line !== "") ?? []

const examples = documented.flatMap(({ name, text }) => {
  const lines = exampleOf(text)
  return lines.length === 0 ? [] : [{ name, lines }]
})

describe("the example of", () => {
  test.each(examples)("$name gives what it says", async ({ name, lines }) => {
    const [expression = "", expected = ""] = lines.slice(-2)
    expect(expected).toMatch(/^\/\/ /)
    const code = [
      ...lines.slice(0, -2),
      `export const actual = ${expression}`,
      `export const expected = ${expected.slice(3)}`,
    ]
    const module = await runModule(`example-${name}`, `${prelude}\n${code.join("\n")}`)
    expect(module.actual).toEqual(module.expected)
  })
})

describe("the public function", () => {
  const functions = [library, layout, qemu, relay, rules, seal, session, testing]
    .flatMap((entry) => Object.entries(entry))
    .flatMap(([name, value]) => (typeof value === "function" ? [name] : []))

  test.each(functions)("%s has a docstring with an example and a version", (name) => {
    const texts = documented.filter((each) => each.name === name).map(({ text }) => text)
    expect(texts.some((text) => text.includes("@since") && exampleOf(text).length > 1)).toBe(true)
  })
})
