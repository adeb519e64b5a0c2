// Has swagger-parser read and validate a document. Argument: its path.
import SwaggerParser from "@apidevtools/swagger-parser";

await SwaggerParser.validate(process.argv[2]);
