import { testVectors } from "./vector-tests.ts";

testVectors("flags");
