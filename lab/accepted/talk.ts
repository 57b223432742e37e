import { agentMessage, agentMessages } from "../client/agent.js"
import type { SpiceChannel } from "../client/channel.js"
import { mainFromClient, smartcardData } from "../client/numbers.js"
import { words } from "../client/words.js"
import { guestPorts } from "../migrate/machine.js"
import type { Carrying } from "./subjects.js"

/** A guest that opens its end of a port, reads whatever was queued for it, and writes more than one buffer of the server's. */
const portLines = (port: number): readonly string[] => [
  `exec 4<>/dev/vport0p${port}`,
  "cat <&4 >/dev/null &",
  "dd if=/dev/zero bs=5000 count=4 >&4 2>/dev/null &",
  "sleep 0.1",
]

/** What the guest does afterwards on channels of which the aftermath of every attack leaves it silent. */
export const guestTalk: { readonly [C in Carrying]?: readonly string[] } = {
  port: portLines(guestPorts.port),
  webdav: portLines(guestPorts.webdav),
}

/** A card's messages, as a client sends them: VSC_ReaderAdd, VSC_ATR, VSC_APDU, VSC_Error, VSC_CardRemove. */
const cardTalk: readonly Buffer[] = [
  words(3, 0, 0),
  Buffer.concat([words(5, 0, 2), Buffer.from([0x3b, 0x00])]),
  Buffer.concat([words(7, 0, 258), Buffer.alloc(258, 0x90)]),
  words(2, 0, 4, 0),
  words(6, 0, 0),
]

/** What a client says to an agent, before it starts with it and after: AGENT_DATA, AGENT_START, AGENT_TOKEN. */
const agentTalk = ({ send }: SpiceChannel): void => {
  send(mainFromClient.agentData, agentMessage(agentMessages.clipboard, Buffer.alloc(100)))
  send(mainFromClient.agentStart, words(10))
  send(mainFromClient.agentToken, words(1))
  send(mainFromClient.agentData, agentMessage(agentMessages.monitorsConfig, Buffer.alloc(28)))
}

/** Messages of a client that goes on where the channel's data says that it was. */
export const clientTalk: { readonly [C in Carrying]?: (channel: SpiceChannel) => void } = {
  main: agentTalk,
  smartcard: ({ send }) => {
    for (const message of cardTalk) send(smartcardData, message)
  },
}
