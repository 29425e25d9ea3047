// Asks ajv about documents. Standard input: {"schemas": {name: path}, "cases": [{"schema": name, "document": ...}]}.
// Standard output: {"complaints": {name: [what strict mode says]}, "verdicts": [true where accepted]}.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const OURS = ["x-crucible-checked-by", "x-crucible-maps-to"];
const { schemas, cases } = JSON.parse(readFileSync(0, "utf8"));
const complaints = {};
const validators = {};

for (const [name, path] of Object.entries(schemas)) {
  const said = [];
  const log = (...words) => said.push(words.join(" "));
  const ajv = new Ajv2020.default({
    strict: "log",
    strictRequired: "log",
    keywords: OURS,
    logger: { log, warn: log, error: log },
  });
  addFormats.default(ajv);
  validators[name] = ajv.compile(JSON.parse(readFileSync(path, "utf8")));
  complaints[name] = said;
}

const verdicts = cases.map(({ schema, document }) => validators[schema](document));
process.stdout.write(JSON.stringify({ complaints, verdicts }));
