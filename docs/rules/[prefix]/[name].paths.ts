import { adviceOf } from "../../../src/report/advice.js"
import { rules } from "../../../src/rules.js"

/** A page for each rule of the catalogue. */
export default {
  paths: () =>
    rules.map((rule) => {
      const [prefix = "", name = ""] = rule.id.split("/")
      const { attack, action } = adviceOf(rule)
      return { params: { prefix, name, ...rule, attack }, content: action.replace(/docs\/([\w/-]+)\.md/g, "[$1](../../$1.md)") }
    }),
}
