/** What becomes of one direction of a TCP connection. */
export type StreamEvent =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** So many bytes are missing from the capture: they are passed over. */
  | { readonly kind: "gap"; readonly size: number }
  /** Bytes came again, and were others. */
  | { readonly kind: "conflict"; readonly size: number }
  /** The sender has said all. */
  | { readonly kind: "end" }

/** What one direction gets of a segment, its number still modulo 2^32. */
export interface StreamPart {
  readonly sequence: number
  /** What was kept of its bytes. */
  readonly bytes: Uint8Array
  /** How many bytes it had. */
  readonly length: number
  readonly fin: boolean
}

/** Puts one direction of a connection in order. Positions count its bytes from 0 on. */
export interface Stream {
  /** Takes a segment. What comes of it is in order. */
  readonly take: (part: StreamPart) => readonly StreamEvent[]
  /** The other side has received everything before this number: what is missing of it is missing from the capture. */
  readonly acknowledged: (sequence: number) => void
  /** Gives up waiting for what is missing. */
  readonly flush: () => readonly StreamEvent[]
  /** The number of the next byte. */
  readonly expects: () => number
  /** Whether the other side has received what the capture does not have so far. */
  readonly isBehind: () => boolean
  /** Bytes of memory that are kept, with what they take beside. */
  readonly kept: () => number
}

/** Bytes that came before those in front of them. */
interface Early {
  readonly position: number
  readonly bytes: Uint8Array
}

/** No window of TCP is larger (RFC 7323): what is further ahead is not of this connection. */
const largestWindow = 2 ** 30

/** What may wait in one direction for what is missing: more than any window that is in use. */
const mostEarlyBytes = 16 << 20
const mostEarly = 4096
/** What an entry of the queue takes beside its bytes. */
const earlyCost = 128

/** How many segments may come behind an acknowledged gap before it is given up: captures reorder a few packets. */
const patience = 16

/** What was read last: what is sent again is compared with it. */
interface History {
  readonly add: (bytes: Uint8Array) => void
  /** Whether bytes at a position are what was read there, as far as that is remembered. */
  readonly agrees: (position: number, bytes: Uint8Array) => boolean
  readonly size: () => number
  readonly skip: (size: number) => void
}

const firstHistory = 1024
const mostHistory = 65_536

const newHistory = (): History => {
  let room = new Uint8Array(0)
  let end = 0
  /** The position from which on nothing is missing. */
  let from = 0

  const grow = (needed: number): void => {
    let size = Math.max(firstHistory, room.length)
    while (size < needed && size < mostHistory) size *= 2
    if (size === room.length) return
    // Nothing has been overwritten before the room is as large as it gets.
    const larger = new Uint8Array(size)
    larger.set(room)
    room = larger
  }

  return {
    add: (bytes) => {
      grow(Math.min(mostHistory, end + bytes.length))
      const last = bytes.subarray(Math.max(0, bytes.length - room.length))
      const at = (end + bytes.length - last.length) % room.length
      const first = last.subarray(0, room.length - at)
      room.set(first, at)
      room.set(last.subarray(first.length))
      end += bytes.length
    },
    agrees: (position, bytes) => {
      for (let index = Math.max(0, from - position, end - room.length - position); index < bytes.length; index++)
        if (position + index < end && room[(position + index) % room.length] !== bytes[index]) return false
      return true
    },
    size: () => room.length,
    skip: (size) => {
      end += size
      from = end
    },
  }
}

/** Puts the direction in order that begins at a number. */
export const newStream = (first: number): Stream => {
  /** The position of the next byte, and its number. */
  let position = 0
  let next = first
  let end: number | undefined
  let isOver = false
  /** By position, none of which overlap. */
  const queue: Early[] = []
  let queued = 0
  let acknowledged = 0
  let sinceAcknowledged = 0
  const history = newHistory()
  let events: StreamEvent[] = []

  const advance = (size: number): void => {
    position += size
    next = (next + size) >>> 0
  }

  const deliver = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    history.add(bytes)
    advance(bytes.length)
    events.push({ kind: "bytes", bytes })
  }

  const passOver = (size: number): void => {
    history.skip(size)
    advance(size)
    events.push({ kind: "gap", size })
  }

  /** Delivers what waited for nothing but what has come by now. */
  const drain = (): void => {
    for (let early = queue[0]; early !== undefined && early.position <= position; early = queue[0]) {
      queue.shift()
      queued -= early.bytes.length + earlyCost
      deliver(early.bytes)
    }
    if (end !== undefined && position >= end && !isOver) {
      isOver = true
      events.push({ kind: "end" })
    }
  }

  /** The index of the first that waits behind a position; halving, for whoever fills the queue from its end. */
  const firstBehind = (at: number): number => {
    let [low, high] = [0, queue.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((queue[middle]?.position ?? at) > at) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Keeps what came early, but for what of it is there already. */
  const keep = (at: number, bytes: Uint8Array): void => {
    const pieces: Early[] = []
    let [from, conflicts] = [at, 0]
    const stop = at + bytes.length
    const first = Math.max(0, firstBehind(at) - 1)
    let each = first
    for (; from < stop; each++) {
      const known = queue[each]
      const begin = Math.min(stop, known === undefined ? stop : known.position)
      if (begin > from) pieces.push({ position: from, bytes: bytes.slice(from - at, begin - at) })
      if (known === undefined || known.position >= stop) break
      const [left, right] = [Math.max(from, known.position), Math.min(stop, known.position + known.bytes.length)]
      for (let byte = left; byte < right; byte++)
        if (bytes[byte - at] !== known.bytes[byte - known.position]) conflicts++
      from = Math.max(from, right)
    }
    if (conflicts > 0) events.push({ kind: "conflict", size: conflicts })
    if (pieces.length === 0) return
    for (const piece of pieces) queued += piece.bytes.length + earlyCost
    const among = [...pieces, ...queue.slice(first, each)].sort((one, other) => one.position - other.position)
    queue.splice(first, each - first, ...among)
  }

  /** Passes over what is missing in front of what waits. */
  const giveUp = (): void => {
    const early = queue[0]
    if (early === undefined) return
    passOver(early.position - position)
    drain()
  }

  const isHopeless = (): boolean => {
    const early = queue[0]
    if (early === undefined) return false
    if (queue.length > mostEarly || queued > mostEarlyBytes) return true
    return acknowledged >= early.position && sinceAcknowledged > patience
  }

  /** Compares what came again with what was read. */
  const compare = (at: number, bytes: Uint8Array): void => {
    // A keep-alive repeats the last byte, whatever it was (RFC 9293, 3.8.4).
    const isKeepAlive = bytes.length === 1 && at === position - 1
    if (!isKeepAlive && !history.agrees(at, bytes)) events.push({ kind: "conflict", size: bytes.length })
  }

  const take = ({ sequence, bytes, length, fin }: StreamPart): readonly StreamEvent[] => {
    events = []
    const delta = (sequence - next) | 0
    if (Math.abs(delta) > largestWindow) return events
    const at = position + delta
    if (at < position) compare(at, bytes.subarray(0, position - at))
    if (fin) end ??= at + length
    const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, position - at)))
    const begin = Math.max(at, position)
    if (fresh.length > 0 && begin > position) keep(begin, fresh)
    else if (fresh.length > 0) {
      if (queue.length > 0) keep(begin, fresh)
      else deliver(fresh)
    }
    drain()
    sinceAcknowledged = acknowledged > position ? sinceAcknowledged + 1 : 0
    while (isHopeless()) giveUp()
    return events
  }

  return {
    take,
    acknowledged: (sequence) => {
      const delta = (sequence - next) | 0
      if (delta > 0 && delta <= largestWindow) acknowledged = Math.max(acknowledged, position + delta)
    },
    flush: () => {
      events = []
      while (queue.length > 0) giveUp()
      if (end !== undefined && end > position && !isOver) {
        passOver(end - position)
        drain()
      }
      return events
    },
    expects: () => next,
    isBehind: () => acknowledged > position,
    kept: () => queued + history.size(),
  }
}
