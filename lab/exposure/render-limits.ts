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

Some quantities of migration data have no bound on the wire: well-formed data may still be too much. For each of them
we sent an unmodified target the default limit of \`ReceiverState\`, then four times as much each time, up to 64 MiB or what the
field can hold. Where that did harm, we searched for the amount at which harm begins, to the byte. The client sends
nothing afterwards. Busy is the longest time that QEMU's main loop took for an answer in the next 1.5 seconds. It is noisy:
only its order of magnitude means anything.

| channel | quantity | default limit | no harm at | harm from | busy at the limit | busy at the most |
|---|---|---|---|---|---|---|
${measured.map(row).join("\n")}

Amounts are bytes, motions are counted.

- usbredir: QEMU takes a queue in writes of 1 MiB. A stream that its parser does not understand stays in its buffer, and the next
  write crashes QEMU (an assertion in hw/usb/redirect.c). Up to the limit a queue is one write, and cannot do that alone. Well-formed
  packets beyond the limit do no harm, but keep the main loop busy. A message after a shorter queue of nonsense also crashes QEMU,
  and so do two ordinary messages of nonsense in any session. Only QEMU can fix that: a check of migration data alone cannot.
- port, webdav and smartcard: what the device does not take waits in memory. No harm was seen at 64 MiB. The limit is what a
  target should be willing to hold for an unknown client.
- motions: every four cost the target one message. No 16-bit count does harm. A client that reads its acknowledgements leaves
  8; the limit is far above that.
`
