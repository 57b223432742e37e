import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"

/** An answer of QMP, as far as the lab looks at it. */
export interface Answer {
  readonly id?: string
  readonly return?: unknown
  readonly error?: { readonly class: string; readonly desc: string }
}

/** A conversation in QMP, a line for each answer. */
export interface Conversation {
  /** Sends text as it is. */
  readonly send: (text: string | Buffer) => void
  /** All answers up to the one to `id`, or to QEMU's end if that comes first. Events and the greeting are no answers. */
  readonly answersTo: (id: string) => Promise<readonly Answer[]>
  /** Runs a command without arguments, and gives what it returns; undefined if QEMU ends before. */
  readonly ask: (command: string) => Promise<unknown>
}

/** What makes QMP's reader forget all that it has not understood: a byte that no UTF-8 has, on a line of its own. */
export const resynchronise = Buffer.from("\n\xff\n", "latin1")

const isAnswer = (line: Answer): boolean => line.return !== undefined || line.error !== undefined

export const converse = (input: Writable, output: Readable): Conversation => {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]()
  let asked = 0

  const answersTo = async (id: string): Promise<readonly Answer[]> => {
    const answers: Answer[] = []
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
      const answer: Answer = JSON.parse(line.value)
      if (isAnswer(answer)) answers.push(answer)
      if (answer.id === id) break
    }
    return answers
  }

  const ask = async (command: string): Promise<unknown> => {
    const id = `ask-${asked++}`
    input.write(`${JSON.stringify({ execute: command, id })}\n`)
    const answer = (await answersTo(id)).find((given) => given.id === id)
    if (answer?.error !== undefined) throw new Error(`${command}: ${answer.error.desc}`)
    return answer?.return
  }

  return { send: (text) => input.write(text), answersTo, ask }
}
