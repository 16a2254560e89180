/**
 * The page that a suite is measured in; its address says which.
 *
 * @module
 */
import type { Finding, Group } from "../../support/report.ts";
import type { SuiteContext } from "../../support/suite.ts";
import { clockStepUs } from "./clock.ts";
import { measureCrossover } from "./crossover.ts";
import { measureDispatch } from "./dispatch.ts";
import { parameter, tellHome } from "./home.ts";
import { measureKernels } from "./kernels.ts";

type Measure = (context: SuiteContext) => AsyncIterable<Group | Finding>;

const SUITES: Readonly<Record<string, Measure>> = {
  dispatch: measureDispatch,
  crossover: measureCrossover,
  kernels: (context) => measureKernels(context, parameter("jax")),
};

async function* measure(): AsyncGenerator<Group | Finding> {
  const value = clockStepUs();
  yield {
    name: "step of the page's clock",
    value,
    unit: "µs",
    text: `the page's clock steps by ${value.toFixed(1)} µs`,
  };
  const context = { threads: Number(parameter("threads")), quick: parameter("quick") === "true" };
  yield* SUITES[parameter("suite")]!(context);
}

await tellHome(measure);
