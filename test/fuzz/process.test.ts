import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { outputOf, runProcess } from "../../src/fuzz/process.js"
import { temporaryFolder } from "../cli/harness.js"

const never = new AbortController().signal

const node = (script: string) => ({ file: process.execPath, args: ["-e", script] })

/** Whether a process runs. One that has ended and that nobody has asked for its code does not. */
const isRunning = (pid: number): boolean => {
  try {
    if (existsSync("/proc/self/stat")) return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe("a process", () => {
  test("tells what it writes line by line, and how it ends", async () => {
    const lines: string[] = []
    const script = "console.log('out'); console.error('er\\x1br\\nlast'); process.exitCode = 77"
    expect(await runProcess(node(script), (line) => lines.push(line), never)).toEqual({ code: 77 })
    expect(lines.sort()).toEqual(["er\x1br", "last", "out"])
  })

  test("runs where and with what it is told", async () => {
    const folder = temporaryFolder()
    const command = node("console.log(process.cwd(), process.env.TMPDIR, process.env.PATH === undefined)")
    const lines = await outputOf(runProcess, { ...command, folder, environment: { TMPDIR: "/t" } }, never)
    expect(lines).toEqual([`${folder} /t false`])
  })

  test("ends with what it has started once that is wanted", async () => {
    const stop = new AbortController()
    const forever = "setInterval(() => {}, 1000)"
    const parent = `const { pid } = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(forever)}])
      console.log(pid); ${forever}`
    const pids: number[] = []
    const onLine = (line: string) => {
      pids.push(Number(line))
      stop.abort()
    }
    expect(await runProcess(node(parent), onLine, stop.signal)).toEqual({ code: null })
    expect(pids).toHaveLength(1)
    await expect.poll(() => pids.filter(isRunning)).toEqual([])
  })

  test("tells all that it writes, however long this process has no time for it", async () => {
    const script = `for (let line = 0; line < 20000; line++) require("fs").writeSync(2, "a line of forty characters or so " + line + "\\n")`
    const lines: string[] = []
    const onLine = (line: string) => lines.push(line)
    expect(await runProcess(node(script), onLine, never)).toEqual({ code: 0 })
    expect(lines.length).toBe(20000)
    expect(lines.at(-1)).toBe("a line of forty characters or so 19999")
  })

  test("is not started when all is over already", async () => {
    expect(await runProcess({ file: "/does/not/exist", args: [] }, () => undefined, AbortSignal.abort())).toEqual({
      code: null,
    })
  })

  test("that cannot be started is an error", async () => {
    await expect(runProcess({ file: "/does/not/exist", args: [] }, () => undefined, never)).rejects.toThrow(
      "/does/not/exist cannot be started: ",
    )
  })

  test("whose output is wanted has to end well", async () => {
    await expect(outputOf(runProcess, node("console.log('why'); process.exit(3)"), never)).rejects.toThrow(
      `${process.execPath} ended with 3: why`,
    )
  })
})
