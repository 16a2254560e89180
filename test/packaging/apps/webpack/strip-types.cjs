/**
 * A loader of webpack for kernel modules: what it leaves is JavaScript.
 *
 * @module
 */

// A loader for kernel modules; ts-loader or swc-loader do as well.
const { stripTypeScriptTypes } = require("node:module");

module.exports = (source) => stripTypeScriptTypes(source);
