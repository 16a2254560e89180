import { testVectors } from "./vector-tests.ts";

testVectors("numpy_elementwise");
