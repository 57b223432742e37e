import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"

/** An answer of QMP, as far as the lab looks at it. */
export interface Answer {
  readonly id?: string
  readonly return?: unknown
  readonly error?: { readonly class: string; readonly desc: string }
}

interface Line extends Answer {
  readonly event?: string
}

/** A conversation in QMP, a line for each answer. */
export interface Conversation {
  /** Sends text as it is. */
  readonly send: (text: string | Buffer) => void
  /** All answers up to the one to `id`, or to QEMU's end if that comes first. The greeting is no answer. */
  readonly answersTo: (id: string) => Promise<readonly Answer[]>
  /** Runs a command, and gives what it returns; undefined if QEMU ends before. */
  readonly ask: (command: string, members?: object) => Promise<unknown>
  /** Waits for an event that has come or will come; false if QEMU ends before. */
  readonly event: (name: string) => Promise<boolean>
}

/** What makes QMP's reader forget all that it has not understood: a byte that no UTF-8 has, on a line of its own. */
export const resynchronise = Buffer.from("\n\xff\n", "latin1")

const isAnswer = (line: Answer): boolean => line.return !== undefined || line.error !== undefined

/** A conversation over QMP's two streams; one question at a time. `log` gets every line of it. */
export const converse = (input: Writable, output: Readable, log: (line: string) => void = () => {}): Conversation => {
  const lines = createInterface({ input: output }).on("line", log)[Symbol.asyncIterator]()
  const events = new Set<string>()
  let asked = 0

  const read = async (): Promise<Line | undefined> => {
    let line = await lines.next()
    // Some of QEMU's devices print as well.
    while (line.done !== true && !line.value.startsWith("{")) line = await lines.next()
    if (line.done === true) return undefined
    const read: Line = JSON.parse(line.value)
    if (read.event !== undefined) events.add(read.event)
    return read
  }

  const answersTo = async (id: string): Promise<readonly Answer[]> => {
    const answers: Answer[] = []
    for (let line = await read(); line !== undefined; line = await read()) {
      if (isAnswer(line)) answers.push(line)
      if (line.id === id) break
    }
    return answers
  }

  const ask = async (command: string, members?: object): Promise<unknown> => {
    const id = `ask-${asked++}`
    const line = JSON.stringify({ execute: command, arguments: members, id })
    log(line)
    input.write(`${line}\n`)
    const answer = (await answersTo(id)).find((given) => given.id === id)
    if (answer?.error !== undefined) throw new Error(`${command}: ${answer.error.desc}`)
    return answer?.return
  }

  const event = async (name: string): Promise<boolean> => {
    while (!events.has(name)) if ((await read()) === undefined) return false
    return true
  }

  return { send: (text) => input.write(text), answersTo, ask, event }
}
