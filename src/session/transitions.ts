import type { LinkedChannel } from "../spice/wire/channels.js"
import { fromClient, onDisplay, onMain } from "../spice/wire/messages.js"
import type { sessionRules } from "./rules.js"

/** What a client's messages are to the order: one state machine for each channel, main's and the others' in one table. */

export type MessageKind =
  | "MIGRATE_DATA"
  | "MIGRATE_FLUSH_MARK"
  | "answer"
  | "MIGRATE_DST_DO_SEAMLESS"
  | "MIGRATE_END"
  | "DISPLAY_INIT"
  | "other"

/** Where a channel is in the order. */
export const stages = {
  ordinary:
    "Nothing of a migration is due: a new session, or one after MIGRATE_END; cursor, playback and record after the acknowledgement.",
  undecided: "Main of a client that migrates, which has not said how.",
  asked: "Main after MIGRATE_DST_DO_SEAMLESS, before the answer.",
  declined: "Main after the target's MIGRATE_DST_SEAMLESS_NACK.",
  pending: "Another channel of a client that migrates, before it is known how: the server does not read it yet.",
  awaiting: "After the acknowledgement a channel that carries data, main among them, before that.",
  sending: "A channel whose data is on its way to the guard or held there.",
  moved: "A channel whose data has passed.",
  orphaned: "A channel whose session's main channel has closed.",
} as const

export type Stage = keyof typeof stages

/** What a message comes to: it passes, after a look at more than the stage where there is an exclamation mark, or breaks a rule. */
export type Entry = "pass" | "judge" | keyof typeof sessionRules

const migrating = { MIGRATE_FLUSH_MARK: "judge", answer: "judge", DISPLAY_INIT: "quiet", other: "quiet" } as const
const running = { MIGRATE_FLUSH_MARK: "judge", answer: "pass", other: "judge" } as const

export const transitions: Readonly<Record<Stage, Readonly<Record<MessageKind, Entry>>>> = {
  ordinary: {
    ...running,
    MIGRATE_DATA: "dataInMigration",
    MIGRATE_DST_DO_SEAMLESS: "judge",
    MIGRATE_END: "endNotSeamless",
    DISPLAY_INIT: "judge",
  },
  undecided: {
    ...migrating,
    MIGRATE_DATA: "dataAcknowledged",
    MIGRATE_DST_DO_SEAMLESS: "judge",
    MIGRATE_END: "judge",
  },
  asked: {
    ...migrating,
    MIGRATE_DATA: "dataAcknowledged",
    MIGRATE_DST_DO_SEAMLESS: "seamlessOnce",
    MIGRATE_END: "endNotSeamless",
  },
  declined: {
    ...migrating,
    MIGRATE_DATA: "dataInMigration",
    MIGRATE_DST_DO_SEAMLESS: "seamlessOnce",
    MIGRATE_END: "judge",
  },
  pending: {
    ...migrating,
    MIGRATE_DATA: "dataAcknowledged",
    MIGRATE_DST_DO_SEAMLESS: "seamlessOnMain",
    MIGRATE_END: "quiet",
  },
  awaiting: {
    ...migrating,
    MIGRATE_DATA: "judge",
    MIGRATE_DST_DO_SEAMLESS: "seamlessOnce",
    MIGRATE_END: "endNotSeamless",
  },
  sending: {
    MIGRATE_DATA: "dataOnce",
    MIGRATE_FLUSH_MARK: "quiet",
    answer: "quiet",
    MIGRATE_DST_DO_SEAMLESS: "seamlessOnce",
    MIGRATE_END: "endNotSeamless",
    DISPLAY_INIT: "quiet",
    other: "quiet",
  },
  moved: {
    ...running,
    MIGRATE_DATA: "dataOnce",
    MIGRATE_DST_DO_SEAMLESS: "seamlessOnce",
    MIGRATE_END: "endNotSeamless",
    DISPLAY_INIT: "displayInitOnce",
  },
  orphaned: {
    MIGRATE_DATA: "mainOpen",
    MIGRATE_FLUSH_MARK: "mainOpen",
    answer: "mainOpen",
    MIGRATE_DST_DO_SEAMLESS: "mainOpen",
    MIGRATE_END: "mainOpen",
    DISPLAY_INIT: "mainOpen",
    other: "mainOpen",
  },
}

const ofAll = new Map<number, MessageKind>([
  [fromClient.ackSync, "answer"],
  [fromClient.ack, "answer"],
  [fromClient.pong, "answer"],
  [fromClient.migrateFlushMark, "MIGRATE_FLUSH_MARK"],
  [fromClient.migrateData, "MIGRATE_DATA"],
])
const ofMain = new Map<number, MessageKind>([
  ...ofAll,
  [onMain.migrateEnd, "MIGRATE_END"],
  [onMain.dstDoSeamless, "MIGRATE_DST_DO_SEAMLESS"],
])
const ofDisplay = new Map<number, MessageKind>([...ofAll, [onDisplay.init, "DISPLAY_INIT"]])

/** What a message of the client on a channel is to the order. */
export const kindOf = (channel: LinkedChannel, type: number): MessageKind => {
  const kinds = channel === "main" ? ofMain : channel === "display" ? ofDisplay : ofAll
  return kinds.get(type) ?? "other"
}
