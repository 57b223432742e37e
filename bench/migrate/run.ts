/** Times our validator of the arguments of `migrate` beside other libraries, and prints a section of Markdown. */
import { timesOf } from "../measure.js"
import { ours, oursVerdict, peers, typebox, zod } from "./contenders.js"
import { broken, kept, refusals, typical } from "./inputs.js"
import { parse } from "./ours.js"
import { refusalTask, report, textTask, typicalTask, uriTask } from "./report.js"

const rounds = 15

const text = JSON.stringify(typical)
const parsed = (input: unknown): unknown => JSON.parse(JSON.stringify(input))
const contenders = [ours, ...peers]
const verdicts = [oursVerdict, ...contenders]

/** Each contender gets an object of its own, so that none pays for what V8 knows of another's. */
const accepting = verdicts.map((each) => {
  const input = parsed(typical)
  return { name: typicalTask(each), run: () => each.run(input) }
})
const refusing = refusals.flatMap(({ name, input }) =>
  contenders.map((each) => {
    const hostile = parsed(input)
    return { name: refusalTask(each, name), run: () => each.run(hostile) }
  }),
)
const fromText = [
  { name: textTask(ours), run: () => parse(text) },
  ...peers.map((each) => ({ name: textTask(each), run: () => each.run(JSON.parse(text)) })),
]
const uri = parsed({ uri: "tcp:10.12.34.9:49152" })
const ofUri = { name: uriTask, run: () => ours.run(uri) }

const times = await timesOf([...accepting, ...refusing, ...fromText, ofUri], rounds)
const agreed = { kept: kept.length, broken: broken.length }
process.stdout.write(
  report({ times, ours, oursVerdict, peers, zod, typebox, refusals: refusals.map(({ name }) => name), agreed }),
)
