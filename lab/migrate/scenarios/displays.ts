import { setTimeout as delay } from "node:timers/promises"
import { channelOf, type Session } from "../../client/session.js"
import type { Host } from "../host.js"
import type { Machine } from "../machine.js"
import type { Scenario } from "../scenario.js"

/** The largest ping of the server's test of the network, in bytes: it takes the time that it needs for the bandwidth. */
const largePing = 100_000

/** Lets firmware draw anew, now that the client looks on, and waits until there is nothing more to draw. */
const drawn = async (source: Host, session: Session): Promise<undefined> => {
  await source.ask("system_reset")
  const display = channelOf(session, "display")
  for (let before = -1; before !== display.received(); ) {
    before = display.received()
    await delay(800)
  }
  return undefined
}

const picture = (name: string, says: string, machine: Machine, rest: Partial<Scenario> = {}): Scenario => ({
  name,
  says,
  machine: { splash: true, ...machine },
  prepare: drawn,
  keep: ["display/0"],
  ...rest,
})

/** The answer to the large ping comes after 300 ms: the server takes that for less than 10 Mbit/s. */
const slow = { beforePong: (size: number) => (size > largePing ? delay(300) : Promise.resolve()) }

/** States of displays: how images are compressed, how many there are, and what a second migration makes of all. */
export const displayScenarios: readonly Scenario[] = [
  picture("display-jpeg-always", "a photograph on the screen, sent lossy", { jpegWanCompression: "always" }),
  picture("display-jpeg-never", "a photograph on the screen, sent lossless", { jpegWanCompression: "never" }),
  picture("display-jpeg-auto", "a photograph on the screen, normal bandwidth", { jpegWanCompression: "auto" }),
  picture("display-jpeg-auto-slow", "a photograph on the screen, sent lossy for low bandwidth", {}, { session: slow }),
  picture(
    "display-two",
    "two displays, a photograph on the first",
    { displays: 2, jpegWanCompression: "always" },
    { keep: ["display/0", "display/1"] },
  ),
  picture(
    "display-four",
    "four displays, a photograph on the first",
    { displays: 4, jpegWanCompression: "never" },
    { keep: ["display/0", "display/3"] },
  ),
  picture(
    "display-second-hop",
    "moved twice, a photograph on the screen",
    { jpegWanCompression: "always" },
    { hops: 2, keep: ["display/0"] },
  ),
]
