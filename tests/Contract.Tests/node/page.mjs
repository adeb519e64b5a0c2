// What a reader does on the page of the documents, in a real browser: chooses a document, gives a token, and sends the submission of a task as it is filled in.
// Fails when the page asks another server, or the browser refuses it something. Arguments: the server's address, a token.
import { chromium } from "playwright-core";

const [, , server, token] = process.argv;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const problems = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => new URL(request.url()).origin === server || request.url().startsWith("data:") || problems.push(`asked ${request.url()}`));

  await page.goto(`${server}/docs/index.html`);
  await page.locator("#select option").first().waitFor({ state: "attached" });
  console.log(`documents: ${(await page.locator("#select option").allTextContents()).join(", ")}`);
  await page.locator("#select").selectOption({ label: "control-plane" });

  await page.locator(".auth-wrapper button.authorize").click();
  await page.locator(".auth-container input").first().fill(token);
  await page.locator(".auth-container button.authorize").first().click();
  await page.locator("button.btn-done").first().click();

  const submit = page.locator("#operations-TaskService-SubmitTask");
  await submit.locator(".opblock-summary-control").click();
  await submit.locator("button.try-out__btn").click();
  await submit.locator("button.execute").click();
  console.log(`submitted: ${(await submit.locator(".live-responses-table tbody .response-col_status").first().textContent()).trim()}`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
} finally {
  await browser.close();
}
