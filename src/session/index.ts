export type { Violation, ViolationCode } from "../schema/violation.js"
export type { LinkedChannel } from "../spice/wire/channels.js"
export type { Connection, Decision, LinkRequest, SessionEvent } from "./events.js"
export { createSession, type Session, type SessionOptions } from "./session.js"
