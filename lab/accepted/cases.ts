import { differencesOf } from "../../src/spice/receiver.js"
import type { Play } from "../exposure/attack.js"
import { blobCases, type Case, hashOf } from "../exposure/cases.js"
import { machine } from "../exposure/state.js"
import { sendAndMoveOn } from "./onward.js"
import type { Carrying, Subject } from "./subjects.js"
import { clientTalk, guestTalk } from "./talk.js"

/** Lets the client talk after a blob, and the guest. */
const talking =
  (channel: Carrying, play: Play): Play =>
  async (scene) => {
    const played = await play(scene)
    clientTalk[channel]?.(played.attacked)
    const guest = guestTalk[channel]
    return guest === undefined ? played : { ...played, guest }
  }

/** A subject in every mode. */
export const casesOf = ({ channel, receiver, blob }: Subject): readonly Case[] => {
  const name = `${channel} ${hashOf(blob)}`
  const { jpegWanCompression } = receiver
  const cases = blobCases({
    file: name,
    channel,
    origin: "shape",
    source: "",
    receiver: differencesOf(receiver),
    verdict: "accept",
    bytes: blob,
  })
  return [
    ...cases.map((each) => ({ ...each, key: `${each.key} talks`, play: talking(channel, each.play) })),
    {
      name,
      mode: "onward",
      key: [channel, jpegWanCompression, hashOf(blob), "onward", "talks"].join(" "),
      machine: { ...machine, jpegWanCompression },
      relay: undefined,
      guarded: [],
      tries: 1,
      play: sendAndMoveOn(channel, blob),
    },
  ]
}
