import { createServer, type Server } from "node:net"
import { relayed } from "../socket-options.js"

/** Sockets that systemd opened for this process, as sd_listen_fds(3) says. */
export interface Activation {
  /** The descriptor of a name, or of a number that was passed on. */
  readonly descriptorOf: (name: string) => number | undefined
  /** Gives a server the connections of the socket of a name; rejects where there is none to be had. */
  readonly lend: (name: string, server: Server) => Promise<Lent>
  /** Closes the sockets that nobody has: what connects to them waits for whoever systemd passes them to next. */
  readonly closeUnused: () => void
}

/** A socket that a server has for a time. */
export interface Lent {
  readonly socket: Server
  readonly giveBack: () => void
}

/** The first descriptor that is passed on (SD_LISTEN_FDS_START). */
const first = 3

/** More than anybody passes on. */
const most = 1024

type Environment = Readonly<Record<string, string | undefined>>

const countOf = ({ LISTEN_PID: owner, LISTEN_FDS: count = "" }: Environment, pid: number): number =>
  owner === String(pid) && /^[1-9]\d{0,3}$/.test(count) && Number(count) <= most ? Number(count) : 0

/** A socket that was passed on, and the server that has it. */
interface Inherited {
  readonly socket: Server
  taker: Server | undefined
}

/**
 * Listens on a descriptor. Its connections are handed to whichever server has it at the time, and closed while none
 * has: Node cannot stop to listen and keep the descriptor, and once closed its number would be that of another file.
 */
const inherit = (fd: number): Promise<Inherited> =>
  new Promise((resolve, reject) => {
    const socket = createServer(relayed)
    const inherited: Inherited = { socket, taker: undefined }
    socket.on("connection", (client) => {
      if (inherited.taker === undefined) client.destroy()
      else inherited.taker.emit("connection", client)
    })
    socket.once("error", reject)
    const options: { readonly fd: number } = { fd }
    socket.listen(options, () => {
      socket.off("error", reject)
      socket.on("error", (error) => inherited.taker?.emit("error", error))
      resolve(inherited)
    })
  })

/** Lends sockets, which stay open from the first time on. */
const lending = () => {
  const open = new Map<number, Promise<Inherited>>()
  const unused = new Set<Inherited>()
  return {
    lend: async (fd: number, server: Server): Promise<Lent> => {
      const opening = open.get(fd) ?? inherit(fd)
      open.set(fd, opening)
      const inherited = await opening
      if (inherited.taker !== undefined) throw new Error("another listener has this socket")
      const { socket } = inherited
      inherited.taker = server
      unused.delete(inherited)
      socket.maxConnections = server.maxConnections
      socket.ref()
      const giveBack = (): void => {
        inherited.taker = undefined
        unused.add(inherited)
        socket.unref()
      }
      return { socket, giveBack }
    },
    closeUnused: () => {
      for (const { socket } of unused) socket.close()
    },
  }
}

/** What an environment passes on to the process of this id: nothing unless LISTEN_PID says that it is meant. */
export const activationOf = (environment: Environment, pid: number): Activation => {
  const { LISTEN_FDNAMES: text = "" } = environment
  const names = text.split(":")
  const descriptors = Array.from({ length: countOf(environment, pid) }, (_, index) => first + index)
  const descriptorOf = (name: string): number | undefined =>
    descriptors.find((_, index) => names[index] === name) ??
    descriptors.find((descriptor) => String(descriptor) === name)
  const { lend, closeUnused } = lending()
  return {
    descriptorOf,
    lend: async (name, server) => {
      const descriptor = descriptorOf(name)
      if (descriptor === undefined) throw new Error("no socket of this name was passed on (LISTEN_FDS, LISTEN_FDNAMES)")
      return lend(descriptor, server)
    },
    closeUnused,
  }
}
