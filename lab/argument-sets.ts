import fc from "fast-check"
import type { MigrateCommand } from "../src/qemu/index.js"
import type { ArgumentSet } from "./outcome.js"
import { channelSets } from "./sets/channels.js"
import { inetSets } from "./sets/hosts.js"
import { mutationsOf } from "./sets/mutations.js"
import { textSets } from "./sets/texts.js"
import { uriSets } from "./sets/uris.js"
import { validArguments } from "./sets/valid.js"
import { jsonOf } from "./sets/written.js"

const seed = 20221206

/** Valid arguments and mutations of valid ones, the same in every run. */
const generated = (command: MigrateCommand): readonly ArgumentSet[] => {
  const valid = validArguments(command)
  const texts = [
    ...fc.sample(valid.map(jsonOf), { seed, numRuns: 60 }),
    ...fc.sample(mutationsOf(valid), { seed: seed + 1, numRuns: 160 }),
  ]
  return texts.map((text) => ({ command, arguments: text }))
}

const all = [
  ...inetSets,
  ...uriSets,
  ...channelSets,
  ...textSets,
  ...generated("migrate"),
  ...generated("migrate-incoming"),
]

/** Whether migrate-incoming would seek to where one file system has files and another one has none. */
const dependsOnFileSystem = ({ command, arguments: text }: ArgumentSet): boolean =>
  command === "migrate-incoming" && /offset(?:":|=)[0-9]{14,}/.test(text)

/** What QEMU is asked, each set once. */
export const argumentSets: readonly ArgumentSet[] = [
  ...new Map(
    all.filter((set) => !dependsOnFileSystem(set)).map((set) => [`${set.command} ${set.arguments}`, set]),
  ).values(),
]
