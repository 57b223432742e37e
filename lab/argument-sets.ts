import type { ArgumentSet } from "./outcome.js"
import { channelSets } from "./sets/channels.js"
import { inetSets } from "./sets/hosts.js"
import { layerSets } from "./sets/layers.js"
import { neighbourSets } from "./sets/neighbours.js"
import { textSets } from "./sets/texts.js"
import { uriSets } from "./sets/uris.js"

const all = [...inetSets, ...uriSets, ...channelSets, ...textSets, ...layerSets, ...neighbourSets]

/** Whether migrate-incoming would seek to where one file system has files and another one has none. */
const dependsOnFileSystem = ({ command, arguments: text }: ArgumentSet): boolean =>
  command === "migrate-incoming" && /offset(?:":|=)[0-9]{14,}/.test(text)

/** What QEMUs are asked, each set once. */
export const argumentSets: readonly ArgumentSet[] = [
  ...new Map(
    all.filter((set) => !dependsOnFileSystem(set)).map((set) => [`${set.command} ${set.arguments}`, set]),
  ).values(),
]
