import { differencesOf } from "../../src/testing/replay.js"
import { blobCases, type Case, hashOf } from "../exposure/cases.js"
import { machine } from "../exposure/state.js"
import { sendAndMoveOn } from "./onward.js"
import type { Subject } from "./subjects.js"

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
    ...cases,
    {
      name,
      mode: "onward",
      key: [channel, jpegWanCompression, hashOf(blob), "onward"].join(" "),
      machine: { ...machine, jpegWanCompression },
      relay: undefined,
      guarded: [],
      tries: 1,
      play: sendAndMoveOn(channel, blob),
    },
  ]
}
