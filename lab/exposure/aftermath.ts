import type { SpiceChannel } from "../client/channel.js"
import { inputsFromClient, mainFromClient, smartcardData, spicevmcData } from "../client/numbers.js"
import { words } from "../client/words.js"
import type { Host } from "../migrate/host.js"
import { happens } from "../patience.js"
import { usbredirHello } from "./scene.js"

/** What shows late effects of an attack. */
export type Step = () => Promise<unknown>

/** A chunk of the agent's with a message in it of 2,048 bytes: headers as octal escapes, and zeros for the rest. */
const chunk = (() => {
  const headers = Buffer.concat([words(1), words(2048), words(1), words(4), words(0), words(0), words(2028)])
  const octal = [...headers].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")
  return `printf '${octal}'; dd if=/dev/zero bs=2028 count=1 2>/dev/null`
})()

/** The guest reads all that waits for its agent, and writes enough to run through whatever state was restored. */
const agentLines = ["cat <&3 >/dev/null &", `(${chunk}; ${chunk}; ${chunk}) >&3 &`, "sleep 0.1"]

const guestLines = ({ name }: SpiceChannel): readonly string[] =>
  name === "main" ? agentLines : ["echo goes on >/dev/tty0"]

/** A guest that waits for its device for ever is the client's own: it is not asked again, and nobody else waits for it. */
const inGuest =
  ({ inGuest }: Host, lines: readonly string[]): Step =>
  async () => {
    for (const line of lines) {
      const done = inGuest(line)
      if (!(await happens(done, 4_000))) return
      await done
    }
  }

/** VSC_ReaderAdd and VSC_ReaderRemove, so often: the device answers each through the buffer that was restored. */
const readers = Array.from({ length: 256 }, (_, index) => words(index % 2 === 0 ? 3 : 4, 0, 0))

/** Ordinary messages of a client that goes on after the migration. */
const goOn = async ({ name, send }: SpiceChannel): Promise<void> => {
  if (name === "main") send(mainFromClient.mouseModeRequest, Buffer.from([1, 0]))
  if (name === "inputs") {
    send(inputsFromClient.mouseMotion, Buffer.concat([words(1), words(1), Buffer.alloc(2)]))
    send(inputsFromClient.keyDown, words(0x1e))
    send(inputsFromClient.keyUp, words(0x9e))
  }
  if (name === "smartcard") for (const message of readers) send(smartcardData, message)
  if (name === "usbredir") send(spicevmcData, usbredirHello)
  if (name === "port" || name === "webdav") send(spicevmcData, Buffer.alloc(80))
}

/**
 * The steps after an attack. The guest goes on: it uses its agent, or draws. The client sends what it would have sent.
 * The main loop answers and takes what was drawn.
 */
export const aftermathOf = (host: Host, channel: SpiceChannel, guest = guestLines(channel)): readonly Step[] => [
  inGuest(host, guest),
  () => goOn(channel),
  () => host.ask("query-status"),
  () => host.ask("screendump", { filename: "/dev/null" }),
]

/** The machine is reset, for which the main loop waits until every display's worker has given up its surfaces and caches. */
export const resetOf = (host: Host): readonly Step[] => [() => host.ask("system_reset"), () => host.ask("query-status")]
