/**
 * How to have a server send headers: what to write for the servers and hosts that are common.
 *
 * Loaded by `diagnose` alone, and only when it is called.
 *
 * @module
 */

/** What to write, and where. */
export interface Recipe {
  /** Of the server or host. */
  readonly name: string;
  /** The file, and its place where that is not the folder of the project. */
  readonly file: string;
  readonly text: string;
}

/** Headers by name. */
export type HeaderValues = Readonly<Record<string, string>>;

/**
 * What to write so that every response of a site has these headers: the page, and the worker's file.
 *
 * @example
 * ```ts
 * recipesFor({ "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "credentialless" });
 * ```
 */
export function recipesFor(headers: HeaderValues): readonly Recipe[] {
  const entries = Object.entries(headers);
  const lines = (line: (name: string, value: string) => string): string =>
    entries.map(([name, value]) => line(name, value)).join("\n");
  const listed = entries.map(([key, value]) => ({ key, value }));
  return [
    {
      name: "Vite",
      file: "vite.config.js",
      text: `import { defineConfig } from "vite";

const headers = {
${lines((name, value) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`)}
};

export default defineConfig({ server: { headers }, preview: { headers } });
`,
    },
    {
      name: "Next",
      file: "next.config.mjs",
      text: `const headers = [
${lines((name, value) => `  { key: ${JSON.stringify(name)}, value: ${JSON.stringify(value)} },`)}
];

export default { headers: async () => [{ source: "/(.*)", headers }] };
`,
    },
    {
      name: "nginx",
      file: "nginx.conf, in server { }, and in each location { } that has an add_header of its own",
      text: `${lines((name, value) => `add_header ${name} "${value}" always;`)}\n`,
    },
    {
      name: "Netlify",
      file: "netlify.toml",
      text: `[[headers]]
for = "/*"
[headers.values]
${lines((name, value) => `${name} = ${JSON.stringify(value)}`)}
`,
    },
    {
      name: "Vercel",
      file: "vercel.json",
      text: `${JSON.stringify({ headers: [{ source: "/(.*)", headers: listed }] }, null, 2)}\n`,
    },
    {
      name: "Cloudflare",
      file: "_headers, in the folder of the static files",
      text: `/*\n${lines((name, value) => `  ${name}: ${value}`)}\n`,
    },
  ];
}
