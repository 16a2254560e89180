/**
 * How rspack makes the application.
 *
 * @module
 */

export default {
  mode: "production",
  entry: "./main.js",
  module: {
    rules: [
      {
        // A kernel module in TypeScript: a file of its own, without its types.
        test: /\.kernel\.ts$/,
        type: "asset/resource",
        generator: { filename: "[name].[contenthash].js" },
        loader: "builtin:swc-loader",
        options: { jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
      },
    ],
  },
};
