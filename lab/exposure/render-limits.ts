import type { Fate } from "./fate.js"
import type { Quantity } from "./quantities.js"

/** What a target did with an amount. */
export interface Tried {
  readonly amount: number
  readonly fate: Fate
  /** The longest that its main loop took for an answer, in milliseconds. */
  readonly busy: number
}

/** What was found out about a quantity. */
export interface Measured extends Quantity {
  /** The limit first, then more. */
  readonly tried: readonly Tried[]
  /** The largest amount that did no harm and the smallest that did, next to each other; only where any did. */
  readonly edge?: readonly [harmless: number, harmful: number]
}

const number = (value: number): string => value.toLocaleString("en-US")

const harmOf = ({ tried, edge }: Measured): string =>
  edge === undefined ? "not seen" : `${number(edge[1])}: ${tried.at(-1)?.fate ?? ""}`

const row = (measured: Measured): string => {
  const { channel, name, limit, tried, edge } = measured
  const most = edge?.[0] ?? tried.at(-1)?.amount ?? 0
  const busy = [tried[0], edge === undefined ? tried.at(-1) : undefined].map((each) =>
    each === undefined ? "" : `${each.busy} ms`,
  )
  return `| ${[channel, name, number(limit), number(most), harmOf(measured), ...busy].join(" | ")} |`
}

/** The table of the limits as a document. */
export const renderLimits = (versions: string, measured: readonly Measured[]): string => `# Where limits decide

Written by \`npm run lab:limits\`: do not edit. The targets are ${versions}.

Some quantities of migration data have no bound on the wire: what is well-formed may still be too much. For each of them
an unmodified target was sent the default limit of \`ReceiverState\` and then more, four times as much each time, up to
64 MiB or what the field can hold; where that did harm, the place where it begins was looked for to the byte. The client
says nothing afterwards. Busy is the longest that QEMU's main loop took for an answer in the 1.5 seconds after: noisy,
and only good for its order of magnitude.

| channel | quantity | default limit | no harm at | harm from | busy at the limit | busy at the most |
|---|---|---|---|---|---|---|
${measured.map(row).join("\n")}

Amounts are bytes, motions are counted.

- usbredir: QEMU takes a queue in writes of 1 MiB. A stream that its parser does not understand is left lying, and the next
  write ends QEMU (an assertion in hw/usb/redirect.c). Up to the limit a queue is one write, and cannot do that alone; well-formed
  packets do no harm beyond it, but keep the main loop busy. A message that follows a shorter queue of nonsense
  ends it too, and so do two ordinary messages of nonsense in any session: that is QEMU's to mend, and out of reach for whoever checks
  migration data alone.
- port, webdav and smartcard: what the device does not take waits in memory; no harm was seen at 64 MiB. The limit is what a
  target should be willing to hold for a client that it does not know.
- motions: every four cost the target one message. No 16-bit count does harm; the limit is far above what a client that reads its
  acknowledgements leaves, which is 8.
`
