import { createSession, type Decision, type Session, type SessionEvent } from "../session/index.js"
import { defaultReceiver, isReceiver, type ReceiverState } from "../spice/receiver.js"
import { type Rule, Violation } from "../violation/violation.js"
import { type Conversation, followConversation } from "./conversation.js"
import { followFlows } from "./flows.js"
import { type FileEvent, type Packet, readPackets } from "./packets.js"
import { captureRules } from "./rules.js"
import { isRule, segmentIn } from "./segments.js"
import type { CaptureEvent, CaptureProblem } from "./types.js"

/** How a capture is read. */
export interface CaptureOptions {
  /** What the receivers of the data are. */
  readonly receiver?: ReceiverState
}

/** Reads a capture piece by piece. Memory is bounded, however large the capture. */
export interface CaptureReader {
  /** Takes bytes of the capture, and says what they yield. */
  readonly push: (chunk: Uint8Array) => readonly CaptureEvent[]
  /** The capture ends here. */
  readonly end: () => readonly CaptureEvent[]
}

/** A server, as its address says, and the order of messages on all its connections. */
interface Server {
  readonly session: Session
  readonly connections: Map<number, Conversation>
  /** The time that was said last. */
  time: number
}

/** Servers that are remembered while none of their connections is open. */
const mostServers = 1024

/** Forgotten connections that their sessions still know. */
const mostForgotten = 4096

/** Counts what keeps parts of a capture from being read: by rule, the first one as an example. */
const newProblems = () => {
  const all = new Map<string, { readonly violation: Violation; count: number }>()
  return {
    add: (violation: Violation): void => {
      const known = all.get(violation.rule)
      if (known === undefined) all.set(violation.rule, { violation, count: 1 })
      else known.count++
    },
    all: (): readonly CaptureProblem[] => [...all.values()].map((each) => ({ ...each })),
  }
}

/** Begins to read a capture. */
export const readCapture = ({ receiver = defaultReceiver }: CaptureOptions = {}): CaptureReader => {
  if (!isReceiver(receiver)) throw new TypeError("the receiver is none")
  const packets = readPackets()
  const problems = newProblems()
  const servers = new Map<string, Server>()
  /** The addresses of servers without an open connection, the one that has been so for longest first. */
  const idle = new Set<string>()
  const forgotten: { readonly server: Server; readonly connection: number }[] = []
  let events: CaptureEvent[] = []
  let moment = { packet: 0, time: 0 }
  let next = 1
  let isWhole = true
  let isEnded = false

  /** A server takes a migration if it says so: whether it awaited one no capture of its clients tells. */
  const serverAt = (address: string): Server => {
    const known = servers.get(address)
    if (known !== undefined) return known
    for (const other of idle) {
      if (servers.size < mostServers) break
      idle.delete(other)
      servers.delete(other)
    }
    const session = createSession({ receiver, awaitsMachine: true, observes: true })
    const server = { session, connections: new Map(), time: Number.NEGATIVE_INFINITY }
    servers.set(address, server)
    return server
  }

  const handOut = ({ connections }: Server, decisions: readonly Decision[], but?: number): void => {
    for (const decision of decisions)
      if (decision.connection !== but) connections.get(decision.connection)?.decide(decision)
  }

  const sayTo = (server: Server, connection: number, event: SessionEvent): readonly Decision[] => {
    if (moment.time > server.time) {
      server.time = moment.time
      handOut(server, server.session({ kind: "time", now: moment.time }))
    }
    const decisions = server.session(event)
    handOut(server, decisions, connection)
    return decisions.filter((decision) => decision.connection === connection)
  }

  const leave = (address: string, { connections }: Server, connection: number): void => {
    connections.delete(connection)
    if (connections.size === 0) idle.add(address)
  }

  /** Others are judged by what the session knows of a connection, for as long as there is room for that. */
  const forget = (server: Server, connection: number): void => {
    forgotten.push({ server, connection })
    if (forgotten.length <= mostForgotten) return
    const oldest = forgotten.shift()
    if (oldest !== undefined)
      handOut(oldest.server, oldest.server.session({ kind: "closed", connection: oldest.connection }))
  }

  const flows = followFlows({
    open: (client, address) => {
      const server = serverAt(address)
      const connection = next++
      const conversation = followConversation(
        connection,
        { client, server: address },
        {
          receiver,
          say: (event) => {
            const decisions = sayTo(server, connection, event)
            if (event.kind === "closed") leave(address, server, connection)
            return decisions
          },
          forget: () => {
            leave(address, server, connection)
            forget(server, connection)
          },
          blob: (blob) => events.push({ kind: "blob", blob }),
          now: () => moment,
        },
      )
      server.connections.set(connection, conversation)
      idle.delete(address)
      return conversation
    },
    over: (connection) => events.push({ kind: "connection", connection }),
    undead: () => misread(captureRules.afterReset),
  })

  const misread = (rule: Rule): void =>
    problems.add(new Violation(rule, { path: `packet[${moment.packet}]`, offset: 0, length: 0 }))

  const takePacket = (packet: Packet): void => {
    moment = { packet: packet.number, time: packet.time }
    const found = segmentIn(packet)
    if (found === undefined) return
    if (isRule(found)) misread(found)
    else flows.take(found)
  }

  const take = (event: FileEvent): void => {
    if (event.kind === "packet") takePacket(event.packet)
    else problems.add(event.violation)
    if (event.kind === "problem" && event.fatal) isWhole = false
  }

  const yielded = (): readonly CaptureEvent[] => {
    const all = events
    events = []
    return all
  }

  return {
    push: (chunk) => {
      packets.push(chunk)
      for (let event = packets.next(); event !== undefined; event = packets.next()) take(event)
      return yielded()
    },
    end: () => {
      if (isEnded) return []
      isEnded = true
      const event = packets.end()
      if (event !== undefined) take(event)
      flows.end()
      const summary = { isWhole, packets: moment.packet, connections: flows.counts(), problems: problems.all() }
      events.push({ kind: "summary", summary })
      return yielded()
    },
  }
}
