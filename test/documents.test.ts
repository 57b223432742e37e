import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../scripts/corpus.js"
import { diagramNames, imageOf, stampOf, textOf } from "../scripts/diagrams.js"
import { adviceOf } from "../src/report/advice.js"
import { rules } from "../src/rules.js"
import { stages } from "../src/session/transitions.js"

const isDocument = (file: string): boolean => file.endsWith(".md") && !/^docs\/(reference|rules)\//.test(file)

const documents = [
  ...readdirSync(root),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((file) => join("docs", file)),
].filter(isDocument)

const textAt = (file: string): string => readFileSync(join(root, file), "utf8").replace(/```[\s\S]*?```/g, "")

/** The names by which headings are linked to, as forges and the site make them. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([
    ...[...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .replace(/<[^>]*>/g, "")
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
    ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = ""]) => id),
  ])

const linksOf = (file: string): readonly string[] =>
  [...textAt(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = ""]) => href).filter((href) => !/^[a-z]+:/.test(href))

const leadsNowhere = (file: string, href: string): boolean => {
  const [path = "", anchor] = href.split("#")
  const target = path === "" ? file : join(dirname(file), path)
  // The reference is made when the site is built.
  if (target.startsWith("docs/reference/")) return false
  if (!existsSync(join(root, target))) return true
  return anchor !== undefined && target.endsWith(".md") && !anchorsOf(textAt(target)).has(anchor)
}

test.each(documents)("the links of %s lead somewhere", (file) => {
  expect(linksOf(file).filter((href) => leadsNowhere(file, href))).toEqual([])
})

describe("how to install", () => {
  const wholeTextAt = (file: string): string => readFileSync(join(root, file), "utf8")
  const { version, man } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

  test("is told with the tarball of this version", () => {
    const named = documents.flatMap((file) => [...wholeTextAt(file).matchAll(/migration-guard-(\S+)\.tgz/g)])
    expect(new Set(named.map(([, found]) => found))).toEqual(new Set([version]))
  })

  test("is with all manual pages, of which npm links those that are listed", () => {
    expect(man).toEqual(readdirSync(join(root, "man")).map((page) => `man/${page}`))
  })

  test("never takes the name from a registry, where it could be anybody's", () => {
    const isAsking = (file: string): boolean =>
      /npm (?:install|i|pack|exec) (?:-\S+ )*migration-guard\b/.test(wholeTextAt(file))
    expect(documents.filter(isAsking)).toEqual([])
  })
})

describe("diagrams", () => {
  test.each(diagramNames)("%s is drawn from the text beside it", (name) => {
    expect(readFileSync(imageOf(name), "utf8").split("\n")[0]).toBe(stampOf(name))
  })

  test("the one of stages has each of the session's", () => {
    const drawn = [...textOf("stages").matchAll(/(\w+) --> (\w+)/g)].flatMap(([, from, to]) => [from, to])
    expect([...new Set(drawn)].sort()).toEqual(Object.keys(stages).sort())
  })
})

describe("advice", () => {
  test.each(rules.map((rule) => [rule.id, rule] as const))("on %s names documents that exist", (_, rule) => {
    const { attack, action } = adviceOf(rule)
    const named = [...`${attack} ${action}`.matchAll(/docs\/[\w/-]+\.md/g)].map(([file]) => file)
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  test.each([
    ["display/surface-ids-ascend", "Probably"],
    ["inputs/motion-count-limit", "Not by itself. The amount"],
    ["spicevmc/usbredir-queue-vouched-for", "Not by itself. Genuine"],
    ["wire/no-tls", "No. The client speaks"],
    ["policy/transports", "Not by itself. Your policy"],
    ["relay/listen-once", "No. It is in a file"],
    ["seal/once", "Probably: somebody forged"],
  ])("on %s begins with: %s", (id, start) => {
    const rule = rules.find((each) => each.id === id)
    expect(rule && adviceOf(rule).attack.startsWith(start)).toBe(true)
  })
})
