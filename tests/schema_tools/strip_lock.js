// Versions are what `package-lock.json` is for. Addresses and checksums are the registry's, and everybody has their own.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) {
  for (const key of ["resolved", "integrity", "funding", "license", "deprecated"]) delete entry[key];
}
writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
