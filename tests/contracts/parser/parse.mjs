// Reads an AsyncAPI document as its readers' tools do: node parse.mjs FILE
// Prints what is wrong with it or could be better, and ends with 1 unless it has no error.
import { DiagnosticSeverity, fromFile, Parser } from "@asyncapi/parser";

const KNOWN = ["asyncapi-latest-version"]; // 3.1 says nothing more of AMQP 0-9-1 or WebSockets
const path = process.argv[2];
const { document, diagnostics } = await fromFile(new Parser(), path).parse();
const told = diagnostics.filter(({ code }) => !KNOWN.includes(code));
for (const { severity, message, path: at } of told) {
  console.log(`${DiagnosticSeverity[severity]} ${path}#/${at.join("/")}: ${message}`);
}
const failed = told.some(({ severity }) => severity <= DiagnosticSeverity.Warning);
process.exit(failed || document === undefined ? 1 : 0);
