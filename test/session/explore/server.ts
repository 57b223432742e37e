/**
 * spice-server 0.15.1 as far as the order of messages and connections can crash or hang it: its flags, what it does with
 * a ticket and a message, and the assertions on the way. Positions are those of its sources; what they do was measured
 * (docs/exposure.md). A display is served by a worker of its own, which takes a link later than the main loop.
 */

export type ChannelKind = "main" | "display" | "usbredir"

/** What a guard forwards on a connection, in order. */
export type ToServer =
  | { readonly kind: "ticket"; readonly channel: ChannelKind; readonly id: number; readonly isValid: boolean }
  | { readonly kind: "seamless"; readonly version: 1 | 2 }
  | { readonly kind: "end" | "data" | "init" | "other" | "bad" | "flush" | "fin" }

/** What the server says on a connection, in order. */
export type ToGuard =
  | { readonly kind: "result"; readonly error: number }
  | { readonly kind: "begin"; readonly id: number }
  | { readonly kind: "ack" | "nack" | "spoke" | "fin" }

/** Where the server has a channel. A display that waits for DISPLAY_INIT blocks its worker. */
type Phase = "pending" | "connecting" | "waiting" | "awaiting" | "serving" | "closed"

interface Channel {
  readonly kind: ChannelKind
  phase: Phase
}

/** A RedClient. */
interface Client {
  readonly main: number
  readonly id: number
  /** during_target_migrate, seamless_migrate, num_migrated_channels. */
  during: boolean
  seamless: boolean
  migrated: number
  /** The pending links of its RedsMigTargetClient, while there is one. */
  pending: number[] | undefined
  /** Whether main was linked when the guest's agent was there already. */
  isLate: boolean
  readonly channels: Set<number>
}

export interface Server {
  /** dst_do_seamless_migrate: of the server, not of a client. */
  flag: boolean
  hasMachine: boolean
  client: Client | undefined
  nextId: number
  readonly channels: Map<number, Channel>
  readonly fromGuard: Map<number, ToServer[]>
  readonly toGuard: Map<number, ToGuard[]>
  /** What became of it: the place of an assertion, or of a hang. */
  fate: string | undefined
}

export const newServer = (): Server => ({
  flag: false,
  hasMachine: false,
  client: undefined,
  nextId: 1000,
  channels: new Map(),
  fromGuard: new Map(),
  toGuard: new Map(),
  fate: undefined,
})

const die = (server: Server, fate: string): void => {
  server.fate ??= fate
}

const say = (server: Server, connection: number, message: ToGuard): void => {
  const queue = server.toGuard.get(connection)
  if (queue === undefined) server.toGuard.set(connection, [message])
  else queue.push(message)
}

const close = (server: Server, connection: number): void => {
  const channel = server.channels.get(connection)
  if (channel === undefined || channel.phase === "closed") return
  channel.phase = "closed"
  server.fromGuard.delete(connection)
  server.client?.channels.delete(connection)
  say(server, connection, { kind: "fin" })
}

/** reds_client_disconnect: waits for every display's worker. */
const disconnectClient = (server: Server): void => {
  const { client } = server
  if (client === undefined) return
  for (const connection of client.channels) {
    // One that its worker has not taken yet is not added to a client that is being destroyed (RedClient::add_channel).
    const phase = server.channels.get(connection)?.phase
    if (phase === "waiting") die(server, "hang: main ends while a display waits for DISPLAY_INIT")
  }
  for (const connection of [...client.channels]) close(server, connection)
  server.client = undefined
  close(server, client.main)
}

/** RedClient::add_channel. */
const addChannel = (server: Server, client: Client, connection: number, channel: Channel): void => {
  const isTaken = [...client.channels].some((other) => {
    const { kind, phase } = server.channels.get(other) ?? channel
    return other !== connection && kind === channel.kind && phase !== "connecting" && phase !== "closed"
  })
  if (isTaken) close(server, connection)
  else if (client.during && client.seamless) {
    channel.phase = "awaiting"
    client.migrated++
  } else channel.phase = channel.kind === "display" ? "waiting" : "serving"
}

const doLink = (server: Server, client: Client, connection: number): void => {
  const channel = server.channels.get(connection)
  if (channel === undefined) return
  client.channels.add(connection)
  channel.phase = "connecting"
  if (channel.kind !== "display") addChannel(server, client, connection, channel)
}

/** A display's worker takes the next link. */
export const connectDisplay = (server: Server, connection: number): void => {
  const channel = server.channels.get(connection)
  if (server.client !== undefined && channel?.phase === "connecting")
    addChannel(server, server.client, connection, channel)
}

/** reds_handle_main_link. */
const linkMain = (server: Server, connection: number, id: number): void => {
  disconnectClient(server)
  const migrates = id !== 0
  server.client = {
    main: connection,
    id: migrates ? id : server.nextId++,
    during: migrates,
    seamless: false,
    migrated: 0,
    pending: migrates ? [] : undefined,
    isLate: server.hasMachine,
    channels: new Set(),
  }
  server.channels.set(connection, { kind: "main", phase: "serving" })
  say(server, connection, { kind: "result", error: 0 })
  if (!migrates) say(server, connection, { kind: "begin", id: server.client.id })
}

/** reds_handle_other_links. */
const linkOther = (server: Server, connection: number, kind: ChannelKind, id: number): void => {
  const { client } = server
  server.channels.set(connection, { kind, phase: "pending" })
  if (client === undefined || client.id !== id) {
    say(server, connection, { kind: "result", error: 8 })
    close(server, connection)
    return
  }
  say(server, connection, { kind: "result", error: 0 })
  if (client.during && !server.flag) {
    if (client.pending === undefined) die(server, "reds.cpp:2025")
    client.pending?.push(connection)
  } else {
    if (client.pending !== undefined) die(server, "reds.cpp:2029")
    doLink(server, client, connection)
  }
}

const linkPending = (server: Server, client: Client): boolean => {
  const { pending } = client
  client.pending = undefined
  for (const connection of pending ?? []) doLink(server, client, connection)
  return pending !== undefined
}

/** RedClient::seamless_migration_done_for_channel. */
const migrated = (client: Client): void => {
  client.migrated--
  if (client.migrated > 0) return
  client.during = false
  client.seamless = false
}

const setSeamless = (server: Server, client: Client, version: number): void => {
  if (version > 1) server.flag = false
  else {
    if (!client.during) die(server, "red-client.cpp:45")
    if (!client.seamless) client.migrated++
    client.seamless = true
    const main = server.channels.get(client.main)
    if (main !== undefined) main.phase = "awaiting"
    server.flag = linkPending(server, client)
  }
  say(server, client.main, { kind: server.flag ? "ack" : "nack" })
}

const endMigration = (server: Server, client: Client): void => {
  if (!client.during) return
  if (client.seamless) die(server, "red-client.cpp:192")
  client.during = false
  say(server, client.main, { kind: "begin", id: client.id })
  linkPending(server, client)
}

const onMain = (server: Server, client: Client, message: ToServer): void => {
  const main = server.channels.get(client.main)
  switch (message.kind) {
    case "seamless":
      setSeamless(server, client, message.version)
      break
    case "end":
      endMigration(server, client)
      break
    case "data":
      if (main?.phase !== "awaiting") disconnectClient(server)
      else {
        if (client.isLate) die(server, "char-device.cpp:674")
        main.phase = "serving"
        migrated(client)
      }
      break
    case "bad":
    case "fin":
      disconnectClient(server)
  }
}

/** A display's worker that waits for DISPLAY_INIT frees the display if anything else ends it, even in the same read. */
const onWaitingDisplay = (server: Server, connection: number, channel: Channel, message: ToServer): void => {
  const [next] = server.fromGuard.get(connection) ?? []
  const endsAtOnce = next?.kind === "fin" || next?.kind === "bad" || next?.kind === "data" || next?.kind === "init"
  if (message.kind !== "init" || endsAtOnce) die(server, "dcc.cpp:373")
  channel.phase = "serving"
  say(server, connection, { kind: "spoke" })
}

const onOther = (server: Server, client: Client, connection: number, channel: Channel, message: ToServer): void => {
  const { kind, phase } = channel
  if (phase === "waiting") onWaitingDisplay(server, connection, channel, message)
  else if (message.kind === "fin" || message.kind === "bad") close(server, connection)
  else if (message.kind === "data") {
    if (phase !== "awaiting") close(server, connection)
    else {
      channel.phase = "serving"
      migrated(client)
      if (kind === "display") say(server, connection, { kind: "spoke" })
    }
  } else if (message.kind === "init" && kind === "display") die(server, "dcc.cpp:811")
  else if (phase === "awaiting" && kind === "usbredir") die(server, "char-device.cpp:835")
}

/** Whether the server reads a connection now: not a pending link, not a display before its worker took it. */
export const isRead = (server: Server, connection: number): boolean => {
  const phase = server.channels.get(connection)?.phase
  return (server.fromGuard.get(connection) ?? []).length > 0 && phase !== "pending" && phase !== "connecting"
}

/** The server takes the next message of a connection. */
export const serve = (server: Server, connection: number): void => {
  const message = server.fromGuard.get(connection)?.shift()
  const { client } = server
  if (message === undefined) return
  if (message.kind === "flush") die(server, "red-channel-client.cpp:1299")
  if (message.kind === "ticket") {
    if (!message.isValid) {
      server.channels.set(connection, { kind: message.channel, phase: "pending" })
      say(server, connection, { kind: "result", error: 7 })
      close(server, connection)
    } else if (message.channel === "main") linkMain(server, connection, message.id)
    else linkOther(server, connection, message.channel, message.id)
    return
  }
  const channel = server.channels.get(connection)
  if (client === undefined || channel === undefined) return
  if (connection === client.main) onMain(server, client, message)
  else onOther(server, client, connection, channel, message)
}
