using Koda.Worker.Audit.Rules;
using Xunit;

namespace Koda.Worker.Tests.Audit;

/// <summary>What the whole project says against a finding, each time beside a project that differs in that only and keeps it.</summary>
public sealed class DoubtTests
{
    private const string Agent = "const agent = new https.Agent({ rejectUnauthorized: false });\n";
    private const string Eval = "exports.exec = text => eval(text);\n";
    private const string Serve = "app.get('/f', (req, res) => res.json(list(req.query)));\n";
    private const string Query = "def f(name):\n    db.execute(\"SELECT a FROM b WHERE c = {}\")\n";
    private const string Key = "`-----BEGIN PRI" + "VATE KEY-----\\nMIIEowIBAAKCAQEAx7Qk2vJm1b8dYw3rTz5uPq9sLf4hGn6cXe0aVi2oKj8mRt\\n`;\n";

    private static readonly (string, string) s_tool = ("package.json", "{ \"bin\": \"cli.js\" }");
    private static readonly (string, string) s_application = ("package.json", "{ \"private\": true }");
    private static readonly (string, string) s_python = ("requirements.txt", "flask\n");
    private static readonly (string, string) s_module = ("go.mod", "module a\n");

    public static TheoryData<string, (string, string)[], (string, string)[]> Pairs =>
        new()
        {
            // Who runs a tool may open every file; what stands in a folder of the program's is to stay in it.
            {
                "OwnCaller",
                [("a.js", "app.get('/f', (req, res) => fs.readFile(path.join(req.query.path, '.ignore'), send));\n"), s_tool],
                [("a.js", "app.get('/f', (req, res) => fs.readFile(path.join(folder, req.query.path), send));\n"), s_tool]
            },
            {
                "OwnCaller",
                [("a.js", "app.get('/f', (req, res) => fs.readFile(req.query.path, send));\n"), s_tool],
                [("a.js", "app.get('/f', (req, res) => fs.readFile(req.query.path, send));\n"), s_application]
            },
            // A query whose part is no value in quotes, of a function that no stranger is seen to reach.
            {
                "OwnCaller",
                [("a.py", Query.Replace("{}", "%s\" % name + \"", StringComparison.Ordinal)), s_python],
                [("a.py", Query.Replace("{}", "'%s'\" % name + \"", StringComparison.Ordinal)), s_python]
            },
            {
                "OwnCaller",
                [("a.py", "def f(tree, name):\n    return tree.xpath('//*[@id=\"%s\"]' % name)\n"), s_python],
                [
                    ("a.py", "def f(tree, name):\n    return tree.xpath('//*[@id=\"%s\"]' % name)\n"),
                    ("b.py", "def view(request):\n    return f(TREE, request.GET['name'])\n"),
                    s_python,
                ]
            },
            // What is shown of a parameter, and what a server answered.
            {
                "OwnCaller",
                [("a.js", "exports.show = label => { box.innerHTML = '<b>' + label + '</b>'; };\n"), s_application],
                [("a.js", "$.getJSON('/label', label => { box.innerHTML = '<b>' + label + '</b>'; });\n"), s_application]
            },
            {
                "OwnCaller",
                [("a.py", "def style(text):\n    return Markup('<style>%s</style>' % text)\n"), s_python],
                [("a.py", "def style(request):\n    return Markup('<style>%s</style>' % request.args['text'])\n"), s_python]
            },
            // Requests are read in the same file, but far from there.
            {
                "OwnCaller",
                [("a.js", Eval + new string('\n', 100) + Serve), s_tool],
                [("a.js", Eval + new string('\n', 10) + Serve), s_tool]
            },
            // An option asks for it, in the value, around the function, or by another word.
            {
                "Switched",
                [("a.js", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = settings.allow_own ? '0' : '1';\n")],
                [("a.js", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = settings.proxy ? '0' : '0';\n")]
            },
            {
                "Switched",
                [("a.js", "if (given.noTlsValidation) {\n  " + Agent + "}\n")],
                [("a.js", "if (given.tlsOptions) {\n  " + Agent + "}\n")]
            },
            {
                "Switched",
                [("a.go", "package a\n\nfunc WithInsecure() Option { return func(o *O) { o.t = tls.Config{InsecureSkipVerify: true} } }\n")],
                [("a.go", "package a\n\nfunc WithProxy() Option { return func(o *O) { o.t = tls.Config{InsecureSkipVerify: true} } }\n")]
            },
            {
                "Switched",
                [("a.js", "if (config.dev) {\n  app.post('/f', (req, res) => fs.unlink(req.body.file, done));\n}\n")],
                [("a.js", "if (config.open) {\n  app.post('/f', (req, res) => fs.unlink(req.body.file, done));\n}\n")]
            },
            {
                "Switched",
                [("a.js", "const more = env.DEVMODE ? { agent: new https.Agent({ rejectUnauthorized: false }) } : {};\n")],
                [("a.js", "const more = env.OTHER ? { agent: new https.Agent({ rejectUnauthorized: false }) } : {};\n")]
            },
            {
                "Switched",
                [("a.js", "app.configure('development', function () {\n  app.use(express.errorHandler({ dumpExceptions: true }));\n});\n")],
                [("a.js", "app.configure('production', function () {\n  app.use(express.errorHandler({ dumpExceptions: true }));\n});\n")]
            },
            {
                "Accepted",
                [("a.js", "// This only asks the loopback device.\n" + Agent)],
                [("a.js", "// This only asks the other device.\n" + Agent)]
            },
            // Libraries of others: by the comment that tools keep, by a minified file beside it, by what bundlers put around them.
            {
                "Copied",
                [("a.js", "/** vim: et\n * @license Loader 2.0.5 Copyright (c) 2012, Some Foundation.\n */\n" + Eval)],
                [("a.js", "/** vim: et\n * @license Apache-2.0\n */\n" + Eval)]
            },
            {
                "Copied",
                [("web/door.js", Eval), ("web/door.min.js", "door();\n")],
                [("web/door.js", Eval), ("web/room.min.js", "room();\n")]
            },
            {
                "Copied",
                [("a.js", "var require = function (file) { return require.modules[file]; };\n" + Eval)],
                [("a.js", "var require = function (file) { return modules[file]; };\n" + Eval)]
            },
            { "NotShipped", [("a.js", "const testKey = " + Key)], [("a.js", "const ownKey = " + Key)] },
            { "NotShipped", [("stress/a.js", Agent)], [("client/a.js", Agent)] },
            {
                "NotShipped",
                [("a.go", "//go:build debug || profile\n\npackage a\n\nvar c = tls.Config{InsecureSkipVerify: true}\n")],
                [("a.go", "//go:build linux || darwin\n\npackage a\n\nvar c = tls.Config{InsecureSkipVerify: true}\n")]
            },
            {
                "Protocol",
                [("a.py", "import hashlib\n\ns = socket(AF_INET, SOCK_STREAM)\ns.send(hashlib.md5(password))\n"), s_python],
                [("a.py", "import hashlib\n\ns = open('a', 'wb')\ns.send(hashlib.md5(password))\n"), s_python]
            },
            // Profilers have an address of their own.
            {
                "Harmless",
                [
                    ("a.go", "package a\n\nimport _ \"net/http/pprof\"\n\nfunc f(o O) { http.ListenAndServe(o.DebugAddr, nil) }\n"),
                    s_module,
                ],
                [
                    ("a.go", "package a\n\nimport _ \"net/http/pprof\"\n\nfunc f(o O) { http.ListenAndServe(fmt.Sprint(\"\", o.ListenAddr), nil) }\n"),
                    s_module,
                ]
            },
        };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task What_a_project_says_against_a_fault_makes_it_a_place_to_look_at(
        string doubt, (string, string)[] doubtful, (string, string)[] fault)
    {
        var (look, found) = (await Audits.Of(doubtful), await Audits.Of(fault));
        Assert.Empty(look.Findings);
        Assert.Equal(doubt, Assert.Single(look.Doubtful).Doubt.ToString());
        Assert.Equal(look.Doubtful[0].Rule, Assert.Single(found.Findings).Rule);
        Assert.Empty(found.Doubtful);
    }

    [Fact]
    public async Task A_private_key_in_a_tool_is_less_bad_than_in_an_application()
    {
        async Task<Severity> Of(string manifest) =>
            Assert.Single((await Audits.Of(("a.js", "exports.key = " + Key), ("package.json", manifest))).Findings).Severity;
        Assert.Equal((Severity.P2, Severity.P0), (await Of("{ \"bin\": \"cli.js\" }"), await Of("{ \"private\": true }")));
    }

    [Fact]
    public async Task A_folder_named_after_tests_holds_tests() =>
        Assert.Empty((await Audits.Of(("door-test-env/a.js", Agent), ("testdb/a.js", Agent), ("testproxy/a.js", Agent))).Findings);
}
