using System.Text.Json.Nodes;
using Koda.Worker.Audit;
using Koda.Worker.Audit.Report;
using Xunit;

namespace Koda.Worker.Tests.Audit;

/// <summary>What speaks against a finding, each time beside code that differs in that only and stays one.</summary>
public sealed class ConfidenceTests
{
    private const string Run = "const { exec } = require('child_process');\nexports.run = name => exec('git clone ' + name);\n";
    private const string Agent = "const agent = new https.Agent({ rejectUnauthorized: false });\n";
    private const string Pages = "const app = express();\napp.get('/', (req, res) => res.render('index'));\n";
    private const string Open = "package main\n\nfunc open(p string) error { return os.MkdirAll(p, 0777) }\n";

    private static readonly (string, string) s_library = ("package.json", "{ \"main\": \"index.js\" }");
    private static readonly (string, string) s_tool = ("package.json", "{ \"bin\": \"cli.js\" }");
    private static readonly (string, string) s_application = ("package.json", "{ \"private\": true }");
    private static readonly (string, string) s_module = ("go.mod", "module a\n");

    public static TheoryData<string, (string, string)[], (string, string)[]> Pairs =>
        new()
        {
            // The caller of a library is not a stranger; who calls with what a request holds hands it on.
            { "OwnCaller", [("lib/run.js", Run), s_library], [("lib/run.js", Run)] },
            {
                "OwnCaller",
                [("lib/run.js", Run), s_tool],
                [("lib/run.js", Run), s_tool, ("web.js", "app.get('/', (req, res) => run(req.query.name));\n")]
            },
            {
                "OwnCaller",
                [
                    ("lib/run.js", Run),
                    s_tool,
                    ("between.js", "function between(b) { run(b); }\n"),
                    ("cli.js", "between(process.argv[2]);\n"),
                ],
                [
                    ("lib/run.js", Run),
                    s_tool,
                    ("between.js", "function between(b) { run(b); }\n"),
                    ("web.js", "app.get('/', (req, res) => between(req.query.b));\n"),
                ]
            },
            // A function of the same file reads requests.
            {
                "OwnCaller",
                [("lib/run.js", Run), s_application],
                [("lib/run.js", Run + "exports.get = (req, res) => res.json(list(req.query));\n"), s_application]
            },
            // What is called back with was got elsewhere; what is gone through is the caller's own.
            {
                "OwnCaller",
                [("lib/a.js", "function all(list) { each(list, function (name, next) { eval(name); }); }\n"), s_tool],
                [("lib/a.js", "function all(key) { client.get(key, function (err, name) { eval(name); }); }\n"), s_tool]
            },
            {
                "OwnCaller",
                [("lib/a.js", "const label = lookUp();\nbox.innerHTML = label;\n"), s_application],
                [("lib/a.js", "fetch('/label').then(read).then(label => { box.innerHTML = '<b>' + label + '</b>'; });\n"), s_application]
            },
            {
                "OwnCaller",
                [("app/a.py", "import os\n\ndef f(name):\n    os.system('ping ' + name)\n"), ("pyproject.toml", "")],
                [
                    (
                        "app/a.py",
                        "import os\n\ndef f(name):\n    os.system('ping ' + name)\n\ndef view(request):\n    return f(request.GET['name'])\n"
                    ),
                    ("pyproject.toml", ""),
                ]
            },
            {
                "OwnCaller",
                [("run.go", "package a\n\nfunc Run(s string) { exec.Command(\"sh\", \"-c\", s).Run() }\n"), s_module],
                [
                    ("run.go", "package a\n\nfunc Run(s string) { exec.Command(\"sh\", \"-c\", s).Run() }\n"),
                    ("web.go", "package a\n\nfunc do(w http.ResponseWriter, r *http.Request) { Run(r.FormValue(\"s\")) }\n"),
                    s_module,
                ]
            },
            {
                "OwnCaller",
                [
                    ("Run.cs", "class R { void Run(string s) { Process.Start(\"sh\", \"-c \" + s); } }"),
                    ("a.csproj", "<OutputType>Exe</OutputType>"),
                ],
                [
                    ("Run.cs", "class R { void Run(string s) { Process.Start(\"sh\", \"-c \" + s); } }"),
                    ("Web.cs", "class W : ControllerBase { [HttpGet] IActionResult Get(string s) { r.Run(s); return Ok(); } }"),
                    ("a.csproj", "Microsoft.NET.Sdk.Web"),
                ]
            },
            // An option asks for it.
            {
                "Switched",
                [("a.js", "if (options.insecure) {\n  " + Agent + "}\n")],
                [("a.js", "if (options.tls) {\n  " + Agent + "}\n")]
            },
            {
                "Switched",
                [("a.js", "const tls = insecure ? { rejectUnauthorized: false } : {};\n")],
                [("a.js", "const tls = keep ? { rejectUnauthorized: false } : {};\n")]
            },
            {
                "Switched",
                [("a.js", "if (verify) {\n  check();\n} else {\n  " + Agent + "}\n")],
                [("a.js", "if (open) {\n  check();\n} else {\n  " + Agent + "}\n")]
            },
            {
                "Switched",
                [("a.py", "if not verify:\n    session.verify = False\n")],
                [("a.py", "if proxy:\n    session.verify = False\n")]
            },
            {
                "Switched",
                [("a.go", "package a\n\nvar insecureClient = http.Client{TLS: tls.Config{InsecureSkipVerify: true}}\n")],
                [("a.go", "package a\n\nvar client = http.Client{TLS: tls.Config{InsecureSkipVerify: true}}\n")]
            },
            {
                "Switched",
                [("a.js", "_.defaults(options.cookie, { path: '/', secure: false });\n")],
                [("a.js", "session({ cookie: { path: '/', secure: false } });\n")]
            },
            // A comment tells the reason, or a checker to leave it; one that tells what is done is none.
            {
                "Accepted",
                [("a.js", "// The peer is authenticated by its own key, so this does not matter.\n" + Agent)],
                [("a.js", "// Accept every certificate.\n" + Agent)]
            },
            {
                "Accepted",
                [("a.py", "import pickle\n\ndef f(b):\n    return pickle.loads(b)  # nosec\n")],
                [("a.py", "import pickle\n\ndef f(b):\n    return pickle.loads(b)  # unpack\n")]
            },
            {
                "Accepted",
                [
                    (
                        "a.go",
                        "package a\n\n// It doesn't matter here: the content is signed.\nvar client = http.Client{\n\tTransport: &http.Transport{\n\t\tTLSClientConfig: &tls.Config{InsecureSkipVerify: true},\n\t},\n}\n"
                    ),
                ],
                [
                    (
                        "a.go",
                        "package a\n\n// It doesn't matter here: the content is signed.\nvar one = 1\n\nvar client = http.Client{\n\tTransport: &http.Transport{\n\t\tTLSClientConfig: &tls.Config{InsecureSkipVerify: true},\n\t},\n}\n"
                    ),
                ]
            },
            { "NotShipped", [("contrib/a.js", Agent)], [("lib/a.js", Agent)] },
            { "NotShipped", [("certs/localhost.key", Key)], [("certs/server.key", Key)] },
            { "NoApplication", [("a.js", Pages), s_library], [("a.js", Pages), s_application] },
            { "Harmless", [("a.js", "const app = express();\n"), s_application], [("a.js", Pages), s_application] },
            {
                "Harmless",
                [("a.py", "from flask import Flask\n\napp = Flask(__name__)\n"), ("wsgi.py", "")],
                [("a.py", "from flask import Flask, render_template\n\napp = Flask(__name__)\n"), ("wsgi.py", "")]
            },
            {
                "NoApplication",
                [("a.py", "app.run(debug=True)\n"), ("setup.py", "entry_points={'console_scripts': []}\n")],
                [("a.py", "app.run(debug=True)\n"), ("setup.py", "console_scripts\n"), ("manage.py", "")]
            },
            {
                "NoApplication",
                [("a.js", $"const apiKey = '{Token}';\n"), s_tool],
                [("a.js", $"const apiKey = '{Token}';\n"), s_application]
            },
            {
                "NoApplication",
                [("a.js", $"const apiKey = '{Token}';\n"), ("main.go", "package main\n\nfunc main() { flag.Parse() }\n")],
                [("a.js", $"const apiKey = '{Token}';\n"), ("main.go", "package main\n")]
            },
            // What is sent to another program; what is kept.
            {
                "Protocol",
                [
                    (
                        "a.py",
                        "import hashlib\nimport requests\n\nrequests.get(URL, params={'password': hashlib.md5(password.encode()).hexdigest()})\n"
                    ),
                    ("setup.py", ""),
                ],
                [("a.py", "import hashlib\n\npassword = hashlib.md5(given.encode()).hexdigest()\n"), ("setup.py", "")]
            },
            {
                "Copied",
                [("lib/a.js", "/*! Lines v2.1.0 | (c) Somebody | MIT license */\n" + Agent)],
                [("lib/a.js", "/* Lines between points. */\n" + Agent)]
            },
            {
                "NotShipped",
                [
                    ("server/certs/key.pem", Key),
                    ("server/a_test.go", "var key = \"certs/key.pem\"\n"),
                    ("spec/a.js", "read('certs/key.pem');\n"),
                    s_application,
                ],
                [
                    ("server/certs/key.pem", Key),
                    ("spec/a.js", "read('certs/key.pem');\n"),
                    ("a.js", "read('certs/key.pem');\n"),
                    s_application,
                ]
            },
            {
                "Harmless",
                [
                    (
                        "a.js",
                        "app.use((req, res, next) => { res.setHeader('Access-Control-Allow-Origin', req.headers.origin); next(); });\n"),
                    s_application,
                ],
                [
                    (
                        "a.js",
                        "app.use((req, res, next) => { res.setHeader('Access-Control-Allow-Origin', req.headers.origin); res.setHeader('Access-Control-Allow-Credentials', 'true'); next(); });\n"
                    ),
                    s_application,
                ]
            },
            {
                "Harmless",
                [("a.go", "package a\n\nvar c = tls.Config{MinVersion: tls.VersionTLS10}\n"), s_module],
                [("a.go", "package a\n\nvar s = http.Server{TLSConfig: &tls.Config{MinVersion: tls.VersionTLS10}}\n"), s_module]
            },
            {
                "OwnCaller",
                [("a.go", "package a\n\nfunc show(password string) { fmt.Println(password) }\n"), s_module],
                [
                    ("a.go", "package a\n\nfunc show(password string) { fmt.Println(password) }\n"),
                    ("b.go", "package a\n\nfunc do(w http.ResponseWriter, r *http.Request) { show(r.FormValue(\"password\")) }\n"),
                    s_module,
                ]
            },
            {
                "Harmless",
                [("a.go", Open), s_module],
                [("a.go", Open), ("b.go", "package main\n\nfunc init() { old := syscall.Umask(0); _ = old }\n"), s_module]
            },
            {
                "Harmless",
                [("a.go", "package main\n\nimport _ \"net/http/pprof\"\n"), s_module],
                [("a.go", "package main\n\nimport _ \"net/http/pprof\"\n\nfunc main() { http.ListenAndServe(\":80\", nil) }\n"), s_module]
            },
        };

    private static string Token => string.Concat("q7Zk29vX", "w8Lm3Tp5");

    private static string Key => "-----BEGIN RSA " + "PRIVATE KEY-----\n" + new string('A', 64) + "\n";

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task What_speaks_against_a_fault_makes_it_a_place_to_look_at(
        string doubt, (string, string)[] doubtful, (string, string)[] fault)
    {
        var (look, found) = (await Audits.Of(doubtful), await Audits.Of(fault));
        Assert.Empty(look.Findings);
        Assert.Equal((doubt, Confidence.Low), (Assert.Single(look.Doubtful).Doubt.ToString(), look.Doubtful[0].Confidence));
        Assert.Equal(look.Doubtful[0].Rule, Assert.Single(found.Findings).Rule);
        Assert.Empty(found.Doubtful);
    }

    [Theory]
    [InlineData("a.go", "package a\n\nimport \"testing\"\n\nvar c = tls.Config{InsecureSkipVerify: true}\n")]
    [InlineData("a.js", "const { expect } = require('chai');\nnew https.Agent({ rejectUnauthorized: false });\n")]
    [InlineData("a.py", "import pytest\nimport requests\n\nrequests.get(URL, verify=False)\n")]
    [InlineData(
        "A.cs",
        "using Xunit;\n\nclass C { HttpClientHandler H = new() { ServerCertificateCustomValidationCallback = (message, cert, chain, errors) => true }; }\n"
    )]
    [InlineData("apitest/a.js", Agent)]
    public async Task What_uses_a_framework_for_tests_is_a_test(string path, string text)
    {
        var result = await Audits.Of((path, text));
        Assert.Empty(result.Findings.Concat(result.Doubtful));
        Assert.Equal(1, result.Coverage.CredentialsOnly);
    }

    [Fact]
    public async Task A_name_that_many_functions_have_tells_nothing()
    {
        var many = Enumerable.Range(0, 4).Select(number => ($"lib/{number}.js", "exports.run = () => 1;\n"));
        var result = await Audits.Of([
            ("lib/run.js", Run),
            s_tool,
            ("web.js", "app.get('/', (req, res) => run(req.query.name));\n"),
            .. many,
        ]);
        Assert.Equal(Doubt.OwnCaller, Assert.Single(result.Doubtful).Doubt);
    }

    [Fact]
    public async Task A_database_query_is_a_fault_whoever_gives_the_value() =>
        Assert.Equal(
            Confidence.Medium,
            Assert
                .Single(
                    (
                        await Audits.Of(
                            ("lib/a.js", "exports.find = name => db.query(\"SELECT * FROM a WHERE b = '\" + name + \"'\");\n"),
                            s_library)).Findings)
                .Confidence);

    [Fact]
    public async Task The_report_gives_them_apart_in_a_line_each_and_says_why()
    {
        var report = (await Audits.Of(("lib/run.js", Run), ("lib/a.js", Agent), s_library)).Report();
        Assert.Contains("**1 finding** (P0: 0, P1: 1, P2: 0, P3: 0), and 1 place worth a look\n", report);
        Assert.Contains("\n## Worth a look\n", report);
        Assert.Contains(
            "no stranger is seen to reach it:\n\n- `lib/run.js:2:23`: A shell command is put together from values (`command-injection`, P1)\n",
            report);
        Assert.DoesNotContain("### P1 A shell command", report);
    }

    [Fact]
    public async Task A_long_list_of_them_is_cut_and_says_so()
    {
        var result = await Audits.Of([.. Enumerable.Range(0, 30).Select(number => ($"lib/run{number}.js", Run)), s_library]);
        Assert.Contains("Not printed: 10 more. The format `json` gives them all.", result.Report());
        Assert.Equal(31, AuditJson.Write(result).Split('\n').Length);
    }

    [Fact]
    public async Task As_data_each_has_its_confidence()
    {
        var lines = AuditJson
            .Write(await Audits.Of(("lib/run.js", Run), ("lib/a.js", Agent), s_library))
            .Split('\n')
            .Select(line => JsonNode.Parse(line)!)
            .ToList();
        Assert.Equal(
            ("tls-not-verified", "high", null), ((string?)lines[0]["rule"], (string?)lines[0]["confidence"], (string?)lines[0]["doubt"]));
        Assert.Equal(
            ("command-injection", "low", "own_caller"),
            ((string?)lines[1]["rule"], (string?)lines[1]["confidence"], (string?)lines[1]["doubt"]));
        Assert.Equal((1, 1, 2), ((int)lines[2]["findings"]!, (int)lines[2]["worth_a_look"]!, (int)lines[2]["given"]!));
    }
}
