import type { CodegenConfig } from "@graphql-codegen/cli";

// The types of the operations in src/, from the schema that Gatehouse publishes: the
// file of this repository, or SCHEMA=http://127.0.0.1:8080/schema.graphqls.
const config: CodegenConfig = {
  schema: process.env.SCHEMA ?? "../../schema.graphqls",
  documents: ["src/**/*.{ts,tsx}", "!src/gql/**"],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { ID: "string", DateTime: "string", Date: "string", Duration: "string", EventCursor: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
