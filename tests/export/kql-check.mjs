// Parses and binds KQL queries with Microsoft's own parser, against the columns of the tables that they name.
//
//   node kql-check.mjs NODE_MODULES FILE...
//
// NODE_MODULES is where `npm install @kusto/language-service-next` put the package. Prints every diagnostic with its place; ends with 1
// where there is one.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(resolve(modules, "..", "index.js"));
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { GlobalState, KustoCode } = globalThis.Kusto.Language;
const { Symbols } = globalThis.Kusto.Language;

const columns = {
    Event:
        "TimeGenerated:datetime,Source:string,EventLog:string,Computer:string,EventLevel:int,EventLevelName:string,EventID:int," +
        "RenderedDescription:string,ParameterXml:string,EventData:string,EventCategory:int,UserName:string,Message:string," +
        "MG:string,TenantId:string,SourceSystem:string,Type:string,_ResourceId:string",
    W3CIISLog:
        "TimeGenerated:datetime,Computer:string,sSiteName:string,sComputerName:string,sIP:string,csMethod:string,csUriStem:string," +
        "csUriQuery:string,sPort:int,csUserName:string,cIP:string,csVersion:string,csUserAgent:string,csCookie:string," +
        "csReferer:string,csHost:string,scStatus:string,scSubStatus:string,scWin32Status:string,scBytes:long,csBytes:long," +
        "TimeTaken:long,TenantId:string,SourceSystem:string,Type:string,_ResourceId:string",
    ExchangeHttpProxy_CL:
        "TimeGenerated:datetime,DateTime:datetime,RequestId:string,Protocol:string,UrlHost:string,UrlStem:string,ProtocolAction:string," +
        "AuthenticationType:string,IsAuthenticated:string,AuthenticatedUser:string,Organization:string,AnchorMailbox:string," +
        "UserAgent:string,ClientIpAddress:string,ServerHostName:string,HttpStatus:string,BackEndStatus:string,ErrorCode:string," +
        "Method:string,ProxyAction:string,TargetServer:string,RoutingHint:string,AuthModulePerfContext:string,UrlQuery:string," +
        "BackEndGenericInfo:string,GenericInfo:string,GenericErrors:string,Type:string",
};
const tables = Object.entries(columns).map(
    ([name, list]) => new Symbols.TableSymbol.$ctor7(name, `(${list})`, null));
const database = new Symbols.DatabaseSymbol.$ctor1("workspace", tables);
const globals = GlobalState.Default.WithDatabase(database);

let wrong = 0;
for (const file of files) {
    const code = KustoCode.ParseAndAnalyze(readFileSync(file, "utf8"), globals);
    const list = code.GetDiagnostics();
    for (let n = 0; n < list.Count; n += 1) {
        const found = list.getItem(n);
        const before = readFileSync(file, "utf8").slice(0, found.Start).split("\n");
        console.log(`${basename(file)}:${before.length}:${before.at(-1).length + 1}: ${found.Severity} ${found.Code}: ${found.Message}`);
        wrong += 1;
    }
}
console.log(`${files.length} queries, ${wrong} diagnostics`);
process.exit(wrong > 0 || files.length === 0 ? 1 : 0);
