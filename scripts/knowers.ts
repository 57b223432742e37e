/** Who can know whether state is true, and not only well-formed; written into docs/formats/README.md. */

interface Known {
  readonly state: string
  readonly who: string
  readonly check: string
}

const known: readonly Known[] = [
  {
    state: "magic, versions, sizes, pointers of every format",
    who: "whoever has the blob",
    check: "checked in full",
  },
  {
    state: "`connected`, token counts",
    who: "the source's server",
    check: "bounded; within the bounds any value is possible",
  },
  {
    state: "main: `write_data`",
    who: "the client and the source's server, who wrote it",
    check: "its chunks, as far as the first one lets them be known",
  },
  {
    state: "main: `agent2client`",
    who: "the guest's agent and the source's server",
    check: "its form; what the agent says next decides how it goes on",
  },
  {
    state: "main: `client_agent_started`, `client2agent`",
    who: "the client and the source's server",
    check: "that they fit each other",
  },
  {
    state: "usbredir: `write_data`",
    who: "the guest's device, of which the parser stands somewhere",
    check: "refused unless somebody vouches for it",
  },
  {
    state: "port, webdav: `write_data`",
    who: "nobody but the guest: it is a stream",
    check: "its size; the client may write anything there in any session",
  },
  {
    state: "smartcard: `write_data`",
    who: "the client and the source's server; the device stands between messages, or takes nothing any more",
    check: "whole messages of a server's types",
  },
  {
    state: "smartcard: `read_data`",
    who: "the guest's device",
    check: "refused unless somebody vouches for it",
  },
  {
    state: "display: `message_serial`, `pixmap_cache_clients`, `glz.last_image_id`",
    who: "the source's server, and the client, who got the messages",
    check: "against each other by `migration-guard/session`, which sees all displays",
  },
  {
    state: "display: `pixmap_cache_freezer`",
    who: "the source's server",
    check: "at most one of a cache, by `migration-guard/session`; that there is one, by nobody",
  },
  {
    state: "display: `surfaces`",
    who: "the client, who has them, and the guest's driver",
    check: "its form",
  },
  { state: "inputs: `motion_count`", who: "the client", check: "its size" },
]

export const knowers = `## Who can know

Well-formed is not true. Of each part of the state this says who can tell a lie from it, and what is done about that.

| state | who knows | what is checked |
| --- | --- | --- |
${known.map(({ state, who, check }) => `| ${state} | ${who} | ${check} |`).join("\n")}
`
