import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { markdownTable } from "../../src/report/markdown.js"
import type { Outcome } from "./play.js"

/** How all attacks of a kind fared. */
export interface Kind {
  readonly kind: string
  readonly attacks: number
  /** Channels that something was brought on. */
  readonly brought: number
  /** The rules that refused it, and how often each. */
  readonly rules: Readonly<Record<string, number>>
  readonly through: number
  /** QEMUs that died. */
  readonly deaths: number
}

export interface Results {
  readonly versions: string
  readonly kinds: readonly Kind[]
}

const path = fileURLToPath(new URL("results.json", import.meta.url))

export const readSealed = (): Results => JSON.parse(readFileSync(path, "utf8"))

export const tallied = (outcomes: readonly Outcome[]): readonly Kind[] =>
  [...new Set(outcomes.map(({ kind }) => kind))].map((kind) => {
    const mine = outcomes.filter((outcome) => outcome.kind === kind)
    const rules = mine.flatMap(({ channels }) => channels.flatMap(({ rules }) => rules))
    const counts = [...new Set(rules)].sort().map((rule) => [rule, rules.filter((each) => each === rule).length])
    return {
      kind,
      attacks: mine.length,
      brought: mine.reduce((sum, { channels }) => sum + channels.length, 0),
      rules: Object.fromEntries(counts),
      through: mine.reduce((sum, { through }) => sum + through, 0),
      deaths: mine.filter(({ isAlive }) => !isAlive).length,
    }
  })

export const writeSealed = (results: Results): void =>
  writeFileSync(
    path,
    `{"versions":${JSON.stringify(results.versions)},"kinds":[\n${results.kinds.map((kind) => JSON.stringify(kind)).join(",\n")}\n]}\n`,
  )

/** The table of docs/sealing.md. */
export const renderSealed = ({ kinds }: Results): string =>
  markdownTable(
    ["what the client brought", "migrations", "channels", "got through", "QEMUs that died", "refused by"],
    kinds.map(({ kind, attacks, brought, through, deaths, rules }) => {
      const by = Object.entries(rules).map(([rule, count]) => `\`${rule}\` ${count}`)
      return [kind, attacks, brought, through, deaths, by.join(", ")]
    }),
  )
