import { parametersOf } from "../../src/layout/lower.js"
import { type Arguments, accepts } from "../../src/layout/parameters.js"
import type { Parameter } from "../../src/layout/types.js"
import { limitDocs } from "../../src/spice/parameters.js"
import type { Channel } from "../../src/spice/receiver.js"
import { layoutOf } from "../../src/spice/registry.js"
import type { Action } from "./state.js"

export interface SettingsProps {
  readonly channel: Channel
  readonly settings: Arguments
  readonly dispatch: (action: Action) => void
}

/** What the receiver is: a control for each parameter that the blob's format declares. */
export const Settings = ({ channel, settings, dispatch }: SettingsProps) => (
  <section class="panel" aria-labelledby="settings-title">
    <h2 id="settings-title">The receiver</h2>
    {parametersOf(layoutOf(channel))
      .filter(({ name }) => name !== "channel")
      .map((parameter) => (
        <Setting
          key={`${channel} ${parameter.name}`}
          parameter={parameter}
          value={settings[parameter.name]}
          onChange={(value) => dispatch({ do: "set", name: parameter.name, value })}
        />
      ))}
  </section>
)

type Value = Arguments[string] | undefined

interface SettingProps<P extends Parameter = Parameter> {
  readonly parameter: P
  /** Undefined where it is the default. */
  readonly value: Value
  readonly onChange: (value: Value) => void
}

const limits: Readonly<Record<string, string>> = limitDocs

/** What it is, without the reasons for its default; those of a limit are all that its channel's parameter says. */
const meaningOf = ({ name, doc }: Parameter): string =>
  limits[name] ?? (/^.*?[.](?= |$)/.exec(doc)?.[0] ?? doc).replaceAll("`", "")

const Setting = (props: SettingProps) => {
  const { parameter, value, onChange } = props
  const id = `setting-${parameter.name}`
  return (
    <div class="setting" title={parameter.doc}>
      <div class="setting-head">
        {parameter.kind === "words" ? <span id={id}>{parameter.name}</span> : <label for={id}>{parameter.name}</label>}
        {value !== undefined && (
          <button
            type="button"
            class="link"
            aria-label={`Default of ${parameter.name}`}
            onClick={() => onChange(undefined)}
          >
            default
          </button>
        )}
      </div>
      <Control id={id} {...props} />
      <p id={`${id}-doc`} class="hint">
        {meaningOf(parameter)}
      </p>
    </div>
  )
}

const Control = ({ id, parameter, value, onChange }: SettingProps & { readonly id: string }) => {
  switch (parameter.kind) {
    case "number":
      return (
        <span class="number">
          <input
            id={id}
            type="number"
            aria-describedby={`${id}-doc`}
            min={parameter.least}
            max={parameter.most}
            value={String(value ?? parameter.default)}
            onChange={({ currentTarget }) => {
              const number = currentTarget.valueAsNumber
              if (accepts(parameter, number)) onChange(number === parameter.default ? undefined : number)
              else currentTarget.value = String(value ?? parameter.default)
            }}
          />
          <span class="unit">{parameter.unit}</span>
        </span>
      )
    case "word":
      return (
        <select
          id={id}
          aria-describedby={`${id}-doc`}
          value={String(value ?? parameter.default)}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === parameter.default ? undefined : currentTarget.value)
          }
        >
          {parameter.words.map((word) => (
            <option key={word}>{word}</option>
          ))}
        </select>
      )
    case "words": {
      const chosen = Array.isArray(value) ? value : parameter.default
      return (
        <div role="group" aria-labelledby={id} aria-describedby={`${id}-doc`}>
          {parameter.words.map((word) => (
            <label key={word} class="check">
              <input
                type="checkbox"
                checked={chosen.includes(word)}
                onChange={({ currentTarget }) => {
                  const others = chosen.filter((each) => each !== word)
                  const words = currentTarget.checked ? [...others, word] : others
                  onChange(words.length === 0 ? undefined : words)
                }}
              />
              {word}
            </label>
          ))}
        </div>
      )
    }
  }
}
