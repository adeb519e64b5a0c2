// Imports a document into Postman and into Bruno, and sends one request of each as it was imported, with nothing filled in but the server and the credential.
// Fails when a request or a body was lost on the way. Arguments: the document, the server's address, a token, the path to POST to.
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { openApiToBruno } from "@usebruno/converters";
import postman from "openapi-to-postmanv2";

const [, , file, server, token, path] = process.argv;
const text = await readFile(file, "utf8");
const document = JSON.parse(text);
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
const expected = `${operations.length} requests, ${operations.filter((operation) => operation.requestBody).length} bodies`;

const leaves = (items, children) => items.flatMap((item) => (item[children] ? leaves(item[children], children) : [item]));

const imported = await promisify(postman.convertV2.bind(postman))({ type: "string", data: text }, { parametersResolution: "Example" });
if (!imported.result) throw new Error(imported.reason);
await check("postman", leaves(imported.output[0].data.item, "item").map(({ request }) => ({
  method: request.method,
  path: `/${request.url.path.join("/")}`,
  body: request.body?.raw,
})));

await check("bruno", leaves(openApiToBruno(document).items, "items").map(({ request }) => ({
  method: request.method,
  path: request.url.replace("{{baseUrl}}", ""),
  body: request.body?.json ?? undefined,
})));

async function check(name, requests) {
  const got = `${requests.length} requests, ${requests.filter((request) => request.body).length} bodies`;
  if (got !== expected) throw new Error(`${name}: ${got} in place of ${expected}`);
  const { body } = requests.find((request) => request.method === "POST" && request.path === path);
  const reply = await fetch(server + path, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body });
  console.log(`${name}: ${got}; ${path} ${reply.status}`);
}

// The converters leave timers behind.
process.exit(0);
