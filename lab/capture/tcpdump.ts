import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { statSync } from "node:fs"
import { createInterface } from "node:readline"
import { setTimeout as delay } from "node:timers/promises"

/** Resolves when tcpdump captures; rejects with its own words if it ends before. */
const listening = async (child: ChildProcess): Promise<() => string> => {
  if (child.stderr === null) throw new Error("no pipe from tcpdump")
  const said: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line)
    if (line.includes("listening on")) {
      child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text))
      return () => said.join("\n")
    }
  }
  throw new Error(`tcpdump does not start: ${said.join("; ")}`)
}

/** Waits until a file does not grow any more: tcpdump drops what it has not read yet when it is interrupted. */
const settled = async (file: string): Promise<void> => {
  for (let size = -1; size !== statSync(file).size; await delay(300)) size = statSync(file).size
}

/**
 * Captures all TCP on loopback into a pcap file while `use` runs. The file is complete when the promise resolves;
 * packets that tcpdump lost reject it.
 */
export const captured = async <A>(file: string, use: () => Promise<A>): Promise<A> => {
  const options = ["-i", "lo", "-s", "0", "-B", "65536", "-U", "--immediate-mode", "-Z", "root", "-w", file]
  const child = spawn("tcpdump", [...options, "tcp"], { stdio: ["ignore", "ignore", "pipe"] })
  const ended = once(child, "close")
  const said = await listening(child)
  try {
    const result = await use()
    await settled(file)
    return result
  } finally {
    child.kill("SIGINT")
    await ended
    if (!said().includes("0 packets dropped by kernel")) throw new Error(`tcpdump lost packets: ${said()}`)
  }
}
