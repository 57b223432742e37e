import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { statSync } from "node:fs"
import { createInterface } from "node:readline"
import { setTimeout as delay } from "node:timers/promises"

/** Resolves when tcpdump captures, with what it says until its end; rejects with its own words if it ends before. */
const listening = async (child: ChildProcess): Promise<() => string> => {
  if (child.stderr === null) throw new Error("no pipe from tcpdump")
  const said: string[] = []
  const lines = createInterface({ input: child.stderr })
  lines.on("line", (line) => said.push(line))
  const [line] = await Promise.race([once(lines, "line"), once(lines, "close")])
  if (!String(line).includes("listening on")) throw new Error(`tcpdump does not start: ${said.join("; ")}`)
  return () => said.join("\n")
}

/** Waits until a file does not grow any more: tcpdump drops what it has not read yet when it is interrupted. */
const settled = async (file: string): Promise<void> => {
  for (let size = -1; size !== statSync(file).size; await delay(300)) size = statSync(file).size
}

/**
 * Captures all TCP on loopback into a pcap file while `use` runs. The file is complete when the promise resolves; it
 * rejects where tcpdump lost packets.
 */
export const captured = async <A>(file: string, use: () => Promise<A>): Promise<A> => {
  const options = ["-q", "-i", "lo", "-s", "0", "-B", "65536", "-U", "--immediate-mode", "-Z", "root", "-w", file]
  const child = spawn("tcpdump", [...options, "tcp"], { stdio: ["ignore", "ignore", "pipe"] })
  const ended = once(child, "close")
  const said = await listening(child)
  const stop = async (): Promise<void> => {
    child.kill("SIGINT")
    await ended
  }
  try {
    const result = await use()
    await settled(file)
    await stop()
    if (!said().includes("0 packets dropped by kernel")) throw new Error(`tcpdump lost packets: ${said()}`)
    return result
  } finally {
    await stop()
  }
}
