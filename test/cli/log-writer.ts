import { once } from "node:events"
import { openLogOutput } from "../../src/cli/log-output.js"
import { openRelayLog } from "../../src/cli/relay-log.js"

/**
 * A process that writes a log faster than anybody reads: so many lines that strangers cause, and as many others. It says
 * on standard error how many found no room, and ends its log when it is told to.
 */
const lines = 10_000
const text = "x".repeat(200)

const opened = openRelayLog(undefined, openLogOutput)
if (opened._tag === "Left") throw new Error(opened.left.reason)
const { log, droppedLines, close } = opened.right
for (let index = 0; index < lines; index++) log("warn", "stranger", { authenticated: false, text })
for (let index = 0; index < lines; index++) log("warn", "ordinary", { text })
process.stderr.write(`${droppedLines()}\n`)
await once(process.stdin, "data")
await close()
process.exitCode = 0
process.stdin.destroy()
