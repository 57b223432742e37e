import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { Either } from "fp-ts/lib/Either.js"
import type { NonEmptyArray } from "fp-ts/lib/NonEmptyArray.js"
import type * as t from "io-ts"
import { describe, expectTypeOf, test } from "vitest"
import {
  type Channel,
  type DisplayState,
  decodeMigrateData,
  defaultReceiver,
  displayCodec,
  encodeMigrateData,
  type InputsState,
  inputsCodec,
  type MainState,
  type MigrateData,
  mainCodec,
  type ReceiverState,
  type SmartcardState,
  type SpicevmcState,
  smartcardCodec,
  spicevmcCodec,
  type Violation,
  type ViolationCode,
} from "../src/index.js"

describe("the public types", () => {
  test("decoding gives the state of the channel, or violations", () => {
    expectTypeOf(decodeMigrateData("display", new Uint8Array())).toEqualTypeOf<
      Either<NonEmptyArray<Violation>, DisplayState>
    >()
    expectTypeOf(decodeMigrateData("main", new Uint8Array())).toEqualTypeOf<
      Either<NonEmptyArray<Violation>, MainState>
    >()
    expectTypeOf(decodeMigrateData<Channel>).returns.toEqualTypeOf<Either<NonEmptyArray<Violation>, MigrateData>>()
    expectTypeOf(decodeMigrateData).parameter(1).toBeUnknown()
  })

  test("MigrateData is the union of the states", () => {
    expectTypeOf<MigrateData>().toEqualTypeOf<MainState | DisplayState | InputsState | SpicevmcState | SmartcardState>()
    expectTypeOf<MigrateData<"webdav">>().toEqualTypeOf<SpicevmcState>()
  })

  test("encoding takes the state of the channel", () => {
    expectTypeOf(encodeMigrateData<"inputs">)
      .parameter(1)
      .toEqualTypeOf<InputsState>()
    expectTypeOf(encodeMigrateData<"inputs">).returns.toEqualTypeOf<Either<NonEmptyArray<Violation>, Uint8Array>>()
    // @ts-expect-error a state of another channel
    encodeMigrateData("main", { motion_count: 1 })
    // @ts-expect-error no such channel carries migration data
    decodeMigrateData("cursor", new Uint8Array())
  })

  test("codecs are io-ts types and Standard Schemas", () => {
    expectTypeOf(mainCodec()).toExtend<t.Type<MainState, Uint8Array, unknown>>()
    expectTypeOf(displayCodec(defaultReceiver)).toExtend<t.Type<DisplayState, Uint8Array, unknown>>()
    expectTypeOf(spicevmcCodec(defaultReceiver, "webdav")).toExtend<t.Type<SpicevmcState, Uint8Array, unknown>>()
    expectTypeOf(smartcardCodec()).toExtend<StandardSchemaV1<unknown, SmartcardState>>()
    const inputs = inputsCodec()
    expectTypeOf<t.TypeOf<typeof inputs>>().toEqualTypeOf<InputsState>()
    expectTypeOf<StandardSchemaV1.InferOutput<typeof inputs>>().toEqualTypeOf<InputsState>()
  })

  test("violations are io-ts errors with codes of a closed set", () => {
    expectTypeOf<Violation>().toExtend<t.ValidationError>()
    expectTypeOf<Violation["code"]>().toEqualTypeOf<ViolationCode>()
    expectTypeOf<Violation["value"]>().toBeUndefined()
  })

  test("states name their members as spice-protocol does, without what can be derived", () => {
    expectTypeOf<keyof MainState>().toEqualTypeOf<
      "agent_base" | "client_agent_started" | "agent2client" | "client2agent"
    >()
    expectTypeOf<keyof MainState["agent_base"]>().toEqualTypeOf<
      "connected" | "num_client_tokens" | "num_send_tokens" | "write_num_client_tokens" | "write_data"
    >()
    expectTypeOf<MainState["client2agent"]["msg_filter_result"]>().toEqualTypeOf<"ok" | "discard" | "monitors-config">()
    expectTypeOf<DisplayState["message_serial"]>().toBeBigInt()
    expectTypeOf<SmartcardState["read_data"]["header"]>().toEqualTypeOf<{
      readonly type: number
      readonly reader_id: number
      readonly length: number
    } | null>()
  })

  test("a receiver is whole", () => {
    expectTypeOf(defaultReceiver).toEqualTypeOf<ReceiverState>()
    // @ts-expect-error a part of a receiver
    decodeMigrateData("inputs", new Uint8Array(), { surfaceTableSize: 5 })
  })
})
