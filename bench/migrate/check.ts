/**
 * Holds the verdicts of all contenders against each other before they are timed, and exits 1 where one differs from
 * ours: what is compared is how fast equal rules are checked.
 */
import type { Contender } from "./contender.js"
import { ours, oursVerdict, peers } from "./contenders.js"
import { broken, type Input, kept } from "./inputs.js"

/** The inputs that a contender judges other than it should. */
const misjudged = (contender: Contender, inputs: readonly Input[], expected: boolean): readonly string[] =>
  inputs
    .filter((input) => contender.accepts(input) !== expected)
    .map((input) => `${contender.name} ${expected ? "refuses" : "accepts"} ${JSON.stringify(input)?.slice(0, 200)}`)

/** Inputs as they come from a text; one that a text cannot say would be no input. */
const asParsed = (inputs: readonly Input[]): readonly Input[] =>
  inputs.map((input) => JSON.parse(JSON.stringify(input)))

const found = [ours, oursVerdict, ...peers].flatMap((contender) => [
  ...misjudged(contender, asParsed(kept), true),
  ...misjudged(contender, asParsed(broken), false),
])
if (found.length > 0) {
  console.error(found.slice(0, 20).join("\n"))
  process.exitCode = 1
} else console.error(`The validators agree on ${kept.length} arguments to accept and ${broken.length} to refuse.`)
