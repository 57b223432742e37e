import type { Found } from "./explore.js"
import type { Choice } from "./world.js"

const line = (choice: Choice): string => {
  switch (choice.does) {
    case "link":
      return `client links ${choice.channel} with id ${choice.id} on connection ${choice.connection}`
    case "send":
      return `client sends ${choice.message} on connection ${choice.connection}`
    case "leave":
      return `client leaves connection ${choice.connection}`
    case "serve":
      return `server reads connection ${choice.connection}`
    case "connect":
      return `worker takes the link of connection ${choice.connection}`
    case "observe":
      return `guard reads the server on connection ${choice.connection}`
    case "tick":
      return "time passes"
    case "arrive":
      return "the machine arrives"
    case "restart":
      return "the guard is restarted"
  }
}

/** An attack as a list of what happens, one step on each line, and what it ends in. */
export const printed = ({ fate, path }: NonNullable<Found["attack"]>): string => [...path.map(line), fate].join("\n")
