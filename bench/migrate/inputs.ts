/** What is checked over and over: the arguments that hand a machine over to another host. */
export const typical = {
  channels: [
    { "channel-type": "main", addr: { transport: "socket", type: "inet", host: "10.12.34.9", port: "49152" } },
  ],
} as const
