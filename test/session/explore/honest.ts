import type { Honest } from "./explore.js"
import type { ChannelKind } from "./server.js"
import type { Choice, Message, Scene } from "./world.js"

/** Clients that migrate as spice-gtk does. */

const [main, display, usbredir] = [1, 2, 3]

/** The connection id of the source's session. */
export const honestId = 7

const connections: ReadonlyMap<number, ChannelKind> = new Map([
  [main, "main"],
  [display, "display"],
  [usbredir, "usbredir"],
])

/** A step, and whether it can be done yet. */
type Step = readonly [choice: Choice, isReady: (scene: Scene) => boolean]

const heard = (connection: number, text: string) => (scene: Scene) =>
  scene.lines.get(connection)?.heard.some((each) => each.startsWith(text)) === true

const both = (scene: Scene): boolean => heard(display, "linked")(scene) && heard(usbredir, "linked")(scene)

const link = (connection: number): Choice => ({
  does: "link",
  connection,
  channel: connections.get(connection) ?? "main",
  id: honestId,
  isValid: true,
})

const send = (connection: number, message: Message): Choice => ({ does: "send", connection, message })

const always = (): boolean => true

const isDone = ({ server }: Scene): boolean => {
  const phaseOf = (connection: number) => server.channels.get(connection)?.phase
  return (
    server.client?.main === main &&
    !server.client.during &&
    phaseOf(display) === "serving" &&
    phaseOf(usbredir) === "serving"
  )
}

const clientOf = (name: string, steps: readonly Step[]): Honest => {
  const stepsDone = (done: readonly Choice[]) => done.filter(isStep).length
  const isStep = (choice: Choice) =>
    "connection" in choice && connections.has(choice.connection) && (choice.does === "link" || choice.does === "send")
  return {
    name,
    connections,
    isDone,
    isThrough: ({ lines }, done) =>
      stepsDone(done) === steps.length && [...connections.keys()].every((each) => lines.get(each)?.held === undefined),
    next: (scene, done) => {
      const [choice, isReady] = steps[stepsDone(done)] ?? []
      if (choice === undefined || isReady === undefined || !isReady(scene)) return undefined
      const line = "connection" in choice ? scene.lines.get(choice.connection) : undefined
      const isWaiting = line?.held !== undefined || (choice.does === "send" && line?.hasClient !== true)
      return isWaiting ? undefined : choice
    },
  }
}

const withMachine = (isReady: (scene: Scene) => boolean) => (scene: Scene) => scene.server.hasMachine && isReady(scene)

/** All channels after the acknowledgement, then data in an order that makes main's wait. */
export const seamless = clientOf("a seamless migration", [
  [link(main), always],
  [send(main, "seamless"), heard(main, "linked")],
  [link(display), heard(main, "ack")],
  [link(usbredir), always],
  [send(main, "data"), withMachine(both)],
  [send(display, "data"), always],
  [send(usbredir, "data"), always],
])

const afterEnd: readonly Step[] = [
  [send(main, "end"), withMachine(both)],
  [send(display, "init"), heard(main, "begin")],
]

/** A client whose source knows no seamless migration. */
export const semiSeamless = clientOf("a semi-seamless migration", [
  [link(main), always],
  [link(display), heard(main, "linked")],
  [link(usbredir), always],
  ...afterEnd,
])

/** A client that asked for a seamless migration and was refused. */
export const refused = clientOf("a migration that is refused", [
  [link(main), always],
  [send(main, "seamless"), heard(main, "linked")],
  [link(display), heard(main, "nack")],
  [link(usbredir), always],
  ...afterEnd,
])
