import fc from "fast-check"
import { type Hostile, hostileChoices, kindsOf } from "../../test/session/explore/explore.js"
import { type Choice, happen, inner, type Scene as Model, newScene } from "../../test/session/explore/world.js"

/** A client that knows the ticket, does all that the session's model knows, and opens six connections. */
const hostile: Hostile = {
  connections: [-10, -11, -12, -13, -14, -15],
  events: 14,
  hasTicket: true,
  ids: [8],
  channels: ["main", "display", "usbredir"],
  messages: ["seamless", "end", "init", "data", "other"],
}

/** What a client does, and when the machine arrives. */
export type Act =
  | Extract<Choice, { does: "link" | "send" }>
  | { readonly does: "leave"; readonly connection: number }
  | { readonly does: "arrive" }

const isAct = (choice: Choice): choice is Act => ["link", "send", "leave", "arrive"].includes(choice.does)

/** The model after a path, with all that was under way come to its end. */
const after = (path: readonly Choice[]): Model => {
  const model = newScene(true)
  const kindOf = kindsOf(path)
  const settle = (): void => {
    for (let [next] = inner(model); next !== undefined; [next] = inner(model)) happen(model, next, kindOf)
  }
  for (const choice of path) {
    happen(model, choice, kindOf)
    settle()
  }
  return model
}

const refusals = ({ lines }: Model): number =>
  [...lines.values()].flatMap(({ heard }) => heard).filter((each) => each === "refused").length

/**
 * A random walk of a number, the same each time: whatever the session refused of it is left out, so that all of it gets
 * to the server. It begins with a main channel.
 */
export const walkAt = (number: number): readonly Act[] => {
  const [picks = []] = fc.sample(fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), { seed: number, numRuns: 1 })
  let path: readonly Act[] = []
  let model = after(path)
  for (const pick of picks) {
    const choices = [
      ...hostileChoices(hostile, model, path).filter(isAct),
      ...(model.server.hasMachine || path.length === 0 ? [] : [{ does: "arrive" } as const]),
    ].filter((choice) => path.length > 0 || (choice.does === "link" && choice.channel === "main"))
    const choice = choices[pick % choices.length]
    if (choice === undefined) break
    const next = after([...path, choice])
    if (refusals(next) > refusals(model)) continue
    path = [...path, choice]
    model = next
  }
  return path
}
