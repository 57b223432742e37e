import type * as fc from "fast-check"
import { expectTypeOf, test } from "vitest"
import type {
  CommandOptions,
  JsonLimits,
  MigrateArguments,
  MigrateIncomingArguments,
  MigrationAddress,
} from "../../../src/qemu/index.js"
import {
  type ArgumentsOptions,
  type ArgumentsWitness,
  addressArbitraryOf,
  argumentsArbitraryOf,
  argumentsMutationsOf,
  argumentsWitnessesOf,
  type Mutation,
  uriArbitraryOf,
  type WrittenAddress,
} from "../../../src/testing/index.js"

test("arguments are those of the command", () => {
  expectTypeOf(argumentsArbitraryOf()).toEqualTypeOf<fc.Arbitrary<MigrateArguments>>()
  expectTypeOf(argumentsArbitraryOf({ version: "7.2", draft: true })).toEqualTypeOf<fc.Arbitrary<MigrateArguments>>()
  const incoming = argumentsArbitraryOf({ command: "migrate-incoming" })
  expectTypeOf(incoming).toEqualTypeOf<fc.Arbitrary<MigrateIncomingArguments>>()
  expectTypeOf<ArgumentsOptions<"migrate">>().toExtend<CommandOptions>()
})

test("addresses and URIs are typed", () => {
  expectTypeOf(addressArbitraryOf).returns.toEqualTypeOf<fc.Arbitrary<MigrationAddress>>()
  expectTypeOf(uriArbitraryOf).returns.toEqualTypeOf<fc.Arbitrary<WrittenAddress>>()
  expectTypeOf<WrittenAddress["address"]>().toEqualTypeOf<MigrationAddress>()
})

test("mutations are those of blobs: a name and bytes", () => {
  expectTypeOf(argumentsMutationsOf).parameters.toEqualTypeOf<[valid: string | Uint8Array | object]>()
  expectTypeOf(argumentsMutationsOf).returns.toEqualTypeOf<Generator<Mutation>>()
})

test("witnesses say how they are parsed", () => {
  expectTypeOf(argumentsWitnessesOf).returns.toEqualTypeOf<readonly ArgumentsWitness[]>()
  expectTypeOf<ArgumentsWitness["options"]>().toExtend<Required<CommandOptions> & { limits: JsonLimits }>()
  expectTypeOf<ArgumentsWitness["bytes"]>().toEqualTypeOf<Uint8Array>()
})
