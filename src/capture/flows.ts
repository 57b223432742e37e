import { noBytes } from "../spice/wire/input.js"
import { linkMagic } from "../spice/wire/link.js"
import { joined } from "../violation/bytes.js"
import type { Conversation } from "./conversation.js"
import { newStream, type Stream, type StreamEvent } from "./reassembly.js"
import type { Segment } from "./segments.js"
import type { CapturedConnection, CaptureSummary, Side } from "./types.js"

/** Connections of TCP: which of them speak SPICE, and what both ends of these say, in order. */

/** How the connections of a capture end up. */
type Kind = keyof CaptureSummary["connections"]

/** A connection, or what is remembered of one that is not followed. */
interface Flow {
  readonly client: string
  readonly server: string
  /** The number of the client's SYN; undefined where the capture does not have it. */
  readonly begin: number | undefined
  readonly streams: { client: Stream | undefined; server: Stream | undefined }
  /** What the client has said while that is too little to tell what it speaks. */
  opening: Uint8Array
  kind: Kind | "opening" | "over"
  conversation: Conversation | undefined
  /** A SYN for a new connection of the same ports, until somebody answers it. */
  renewal: { readonly client: string; readonly server: string; readonly begin: number } | undefined
  readonly ended: Set<Side>
  /** Who has broken the connection off. */
  resetBy: Side | undefined
  kept: number
}

/** What is done with connections of SPICE. */
export interface FlowListener {
  readonly open: (client: string, server: string) => Conversation
  readonly over: (connection: CapturedConnection) => void
  /** Somebody goes on with a connection of SPICE that he has broken off: the reset may never have arrived. */
  readonly undead: () => void
}

export interface Flows {
  readonly take: (segment: Segment) => void
  /** The capture ends. */
  readonly end: () => void
  /** How many connections there were of each kind. */
  readonly counts: () => CaptureSummary["connections"]
}

const mostFlows = 16_384
const mostKept = 256 << 20

/** The type of a TLS handshake's record, and the first byte of all of its versions. */
const tlsHandshake = [0x16, 0x03] as const

/** What a client speaks that begins so; undefined where more has to come. */
const kindOf = (bytes: Uint8Array): Kind | undefined => {
  if (tlsHandshake.every((byte, index) => bytes[index] === byte)) return "tls"
  const isLink = linkMagic.every((byte, index) => index >= bytes.length || bytes[index] === byte)
  if (isLink) return bytes.length < linkMagic.length ? undefined : "spice"
  return bytes.length === 1 && bytes[0] === tlsHandshake[0] ? undefined : "other"
}

const sideOf = ({ client }: Flow, { from }: Segment): Side => (from === client ? "client" : "server")

const after = (sequence: number): number => (sequence + 1) >>> 0

const newFlow = (client: string, server: string, begin: number | undefined, kind: Flow["kind"] = "opening"): Flow => ({
  client,
  server,
  begin,
  streams: { client: begin === undefined ? undefined : newStream(after(begin)), server: undefined },
  opening: noBytes,
  kind,
  conversation: undefined,
  renewal: undefined,
  ended: new Set(),
  resetBy: undefined,
  kept: 0,
})

/** A connection whose SYN the capture does not have: it can be read where it has the link, or the answer to the SYN. */
const midway = ({ from, to, syn, sequence, acknowledgement, bytes }: Segment): Flow | undefined => {
  if (syn && sequence !== undefined && acknowledgement !== undefined) {
    const flow = newFlow(to, from, (acknowledgement - 1) >>> 0)
    flow.streams.server = newStream(after(sequence))
    return flow
  }
  if (bytes.length === 0) return undefined
  if (kindOf(bytes) !== "spice") return newFlow(from, to, undefined, kindOf(bytes) === "tls" ? "tls" : "unknown")
  const flow = newFlow(from, to, sequence === undefined ? undefined : (sequence - 1) >>> 0)
  if (acknowledgement !== undefined) flow.streams.server = newStream(acknowledgement)
  return flow
}

/** Follows the connections of a capture. Memory is bounded: what was silent for longest is forgotten first. */
export const followFlows = ({ open, over, undead }: FlowListener): Flows => {
  /** The one that spoke last comes last. */
  const flows = new Map<string, Flow>()
  const counts = { spice: 0, tls: 0, unknown: 0, other: 0 }
  let kept = 0

  const count = (kind: Kind): void => {
    counts[kind]++
  }

  /** Lets go of what a connection keeps; it is remembered as one of its kind. */
  const release = (flow: Flow): void => {
    flow.streams.client = undefined
    flow.streams.server = undefined
    flow.opening = noBytes
    flow.conversation = undefined
    kept -= flow.kept
    flow.kept = 0
  }

  const settle = (flow: Flow, kind: Kind): void => {
    flow.kind = kind
    count(kind)
    if (kind !== "spice") release(flow)
  }

  const hear = (flow: Flow, side: Side, event: StreamEvent): void => {
    if (flow.kind === "opening" && event.kind === "bytes") recognise(flow, side, event.bytes)
    else if (flow.kind === "opening" && event.kind === "gap") settle(flow, "unknown")
    else flow.conversation?.take(side, event)
    if (event.kind === "end") flow.ended.add(side)
  }

  /** Finds out what a connection speaks: SPICE where the client speaks first, and as SPICE does. */
  const recognise = (flow: Flow, side: Side, bytes: Uint8Array): void => {
    if (side === "server") {
      settle(flow, flow.opening.length === 0 ? "other" : "unknown")
      return
    }
    const said = joined(flow.opening, bytes)
    const kind = kindOf(said)
    if (kind === undefined) {
      flow.opening = said
      return
    }
    settle(flow, kind)
    if (kind !== "spice") return
    flow.conversation = open(flow.client, flow.server)
    flow.conversation.take("client", { kind: "bytes", bytes: said })
  }

  const finish = (flow: Flow, end: CapturedConnection["end"]): void => {
    for (const side of ["server", "client"] as const)
      for (const event of flow.streams[side]?.flush() ?? []) hear(flow, side, event)
    if (flow.conversation !== undefined) over(flow.conversation.finish(end))
    if (flow.kind === "opening") flow.kind = "over"
    release(flow)
  }

  const streamOf = (flow: Flow, side: Side, { syn, sequence = 0 }: Segment): Stream => {
    const stream = flow.streams[side] ?? newStream(syn ? after(sequence) : sequence)
    flow.streams[side] = stream
    return stream
  }

  /** Tells the other direction what has arrived there, which begins by that where nothing of it was seen. */
  const acknowledge = (flow: Flow, side: Side, acknowledgement: number): void => {
    const stream = flow.streams[side]
    if (stream === undefined) flow.streams[side] = newStream(acknowledgement)
    else stream.acknowledged(acknowledgement)
  }

  const eventsOf = (flow: Flow, side: Side, segment: Segment): readonly StreamEvent[] => {
    const { sequence, bytes, length, syn, fin } = segment
    if (sequence !== undefined)
      return streamOf(flow, side, segment).take({ sequence: syn ? after(sequence) : sequence, bytes, length, fin })
    const missing = length - bytes.length
    return [{ kind: "bytes", bytes }, ...(missing > 0 ? [{ kind: "gap", size: missing } as const] : [])]
  }

  /** Whether a reset counts: only one whose number is the next one (RFC 5961). */
  const isReset = (flow: Flow, side: Side, { rst, sequence }: Segment): boolean =>
    rst && (flow.streams[side] === undefined || flow.streams[side].expects() === sequence)

  const follow = (flow: Flow, segment: Segment): void => {
    const side = sideOf(flow, segment)
    const reset = isReset(flow, side, segment)
    if (!segment.rst) {
      if (segment.acknowledgement !== undefined)
        acknowledge(flow, side === "client" ? "server" : "client", segment.acknowledgement)
      flow.conversation?.lacksServer(flow.streams.server?.isBehind() ?? true)
      for (const event of eventsOf(flow, side, segment)) hear(flow, side, event)
    }
    if (reset) flow.resetBy = side
    if (reset || flow.ended.size === 2) finish(flow, "closed")
    else if (flow.kind === "opening" || flow.kind === "spice") weigh(flow)
  }

  const weigh = (flow: Flow): void => {
    const { client, server } = flow.streams
    const size = (client?.kept() ?? 0) + (server?.kept() ?? 0) + (flow.conversation?.kept() ?? 0)
    kept += size - flow.kept
    flow.kept = size
  }

  /** Whether somebody answers a SYN for a new connection of ports that are in use: only then it counts. */
  const isRenewed = ({ renewal }: Flow, { from, syn, sequence, acknowledgement }: Segment): boolean => {
    if (renewal === undefined) return false
    const first = after(renewal.begin)
    return from === renewal.client ? !syn && sequence === first : syn && acknowledgement === first
  }

  const isSyn = ({ syn, acknowledgement }: Segment): boolean => syn && acknowledgement === undefined

  /** The connection that a segment is of. */
  const flowOf = (key: string, segment: Segment): Flow | undefined => {
    const known = flows.get(key)
    const { from, to, sequence } = segment
    if (known === undefined) {
      const fresh = isSyn(segment) ? newFlow(from, to, sequence) : midway(segment)
      if (fresh !== undefined && fresh.kind !== "opening" && fresh.kind !== "over") count(fresh.kind)
      return fresh
    }
    const { renewal } = known
    if (renewal !== undefined && isRenewed(known, segment)) {
      finish(known, "closed")
      return newFlow(renewal.client, renewal.server, renewal.begin)
    }
    if (isSyn(segment) && sequence !== undefined && (known.begin !== sequence || known.client !== from))
      known.renewal = { client: from, server: to, begin: sequence }
    return known
  }

  const forget = (): void => {
    for (const [key, flow] of flows) {
      if (flows.size <= mostFlows && kept <= mostKept) return
      flows.delete(key)
      finish(flow, "forgotten")
    }
  }

  return {
    take: (segment) => {
      const { from, to } = segment
      const key = from < to ? `${from} ${to}` : `${to} ${from}`
      const flow = flowOf(key, segment)
      if (flow === undefined) return
      flows.delete(key)
      flows.set(key, flow)
      const isFollowed = flow.kind === "opening" || flow.conversation !== undefined
      const isNews = flow.renewal !== undefined && isSyn(segment)
      if (isFollowed && !isNews) follow(flow, segment)
      else if (flow.kind === "spice" && segment.bytes.length > 0 && sideOf(flow, segment) === flow.resetBy) undead()
      forget()
    },
    end: () => {
      for (const flow of flows.values()) finish(flow, "open")
      flows.clear()
    },
    counts: () => ({ ...counts }),
  }
}
