import { testKernelVectors } from "./kernel-vector-tests.ts";

await testKernelVectors("numpy_reduce");
