// Writes the TypeScript types of schemas. Arguments: pairs of a schema's path and the path of its types.
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { compile } from "json-schema-to-typescript";

const paths = process.argv.slice(2);
while (paths.length > 0) {
  const [from, to] = paths.splice(0, 2);
  const schema = JSON.parse(readFileSync(from, "utf8"));
  writeFileSync(to, await compile(schema, basename(from, ".json")));
}
