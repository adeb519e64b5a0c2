using System.Diagnostics;
using System.Text.Json.Nodes;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.Owners;
using Koda.Server.Hosting;
using Koda.Testing;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Strangers who guess keep themselves out, and not the owner.</summary>
public sealed class LockoutTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Device = "Koda-Device";
    private const string Nobody = "kodad_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private KodaHost? _host;
    private string _device = "";
    private string[] _codes = [];

    private KodaHost Host => _host!;

    public async Task InitializeAsync()
    {
        _host = await Start(rates: "off");
        var registered = await Host.EnsureOwner();
        _device = registered!["device_token"];
        _codes = [.. registered.Json["recovery_codes"]!.AsArray().Select(code => code!.GetValue<string>())];
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Execute("truncate owners, recovery_codes, sessions, setup_codes, sign_in_failures, known_devices, rate_counts");
    }

    [Theory]
    [InlineData(Username)]
    [InlineData("nobody-there")]
    public async Task A_thousand_guesses_from_many_addresses_are_few_that_count(string identifier)
    {
        var statuses = new Dictionary<int, int>();
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 40 }, async (guess, _) =>
        {
            var reply = await Login(identifier, $"wrong {guess}", $"8.{guess % 250}.4.4");
            lock (statuses)
                statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
            Assert.True(reply.Status is 401 or 423, $"{reply.Status} {reply.Text}");
        });

        // The first fifty and what drains meanwhile, and one for each address if the attack goes on for longer than newcomers wait.
        var took = Stopwatch.GetElapsedTime(started);
        var most = SignInRule.Crowd + 1 + (int)(took / SignInRule.Window * SignInRule.Crowd) + (took > SignInRule.NewcomerWait ? 250 : 0);
        Assert.InRange(statuses[401], SignInRule.Crowd, most);

        // The owner's own device does not notice; another one waits a minute, once; a name that nobody has is answered alike.
        Assert.Equal(200, (await Login(Username, Password, "8.0.4.4", _device)).Status);
        var newcomer = await Login(identifier, Password, "203.0.113.9");
        newcomer.IsRefused(423, "auth.account_locked");
        Assert.InRange(newcomer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), SignInRule.NewcomerWait);
        await PassTime(SignInRule.NewcomerWait);
        Assert.Equal(identifier == Username ? 200 : 401, (await Login(identifier, Password, "203.0.113.9")).Status);
        (await Login(identifier, Password, "203.0.113.10")).IsRefused(423, "auth.account_locked");
    }

    [Fact]
    public async Task Who_fails_at_one_address_locks_that_address_only()
    {
        for (var guess = 0; guess < 5; guess++)
            (await Login(Username, "wrong", "203.0.113.5")).IsRefused(401, "auth.invalid_credentials");

        (await Login(Username, Password, "203.0.113.5")).IsRefused(423, "auth.account_locked");
        Assert.Equal(200, (await Login(Username, Password, "203.0.113.6")).Status);
        Assert.Equal(200, (await Login(Username, Password, "203.0.113.5", _device)).Status);
        (await Login(Username, Password, "203.0.113.5", Nobody)).IsRefused(423, "auth.account_locked");
    }

    [Fact]
    public async Task A_network_of_IPv6_is_one_address()
    {
        for (var guess = 0; guess < 5; guess++)
            (await Login(Username, "wrong", $"2a02:1:2:3::{guess + 1}")).IsRefused(401, "auth.invalid_credentials");

        (await Login(Username, Password, "2a02:1:2:3:ffff::1")).IsRefused(423, "auth.account_locked");
        Assert.Equal(200, (await Login(Username, Password, "2a02:1:2:4::1")).Status);
    }

    [Fact]
    public async Task Guesses_at_the_same_moment_are_no_more_than_one_after_the_other()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(guess => Login(Username, $"wrong {guess}", "203.0.113.5")));
        Assert.Equal((5, 35), (replies.Count(reply => reply.Status == 401), replies.Count(reply => reply.Status == 423)));
    }

    [Fact]
    public async Task A_device_that_was_stolen_guesses_no_more_than_an_address()
    {
        for (var guess = 0; guess < 5; guess++)
            (await Login(Username, "wrong", $"203.0.113.{guess}", _device)).IsRefused(401, "auth.invalid_credentials");

        (await Login(Username, Password, "203.0.113.77", _device)).IsRefused(423, "auth.account_locked");
        Assert.Equal(200, (await Login(Username, Password, "203.0.113.77")).Status);
    }

    [Fact]
    public async Task A_known_device_has_its_own_budget_of_calls()
    {
        await using var host = await Start(rates: null);
        for (var guess = 0; guess < 6; guess++)
            await Login(Username, "wrong", "203.0.113.5", host: host);
        (await Login(Username, Password, "203.0.113.5", host: host)).IsRefused(429, "auth.rate_limited");

        Assert.Equal(200, (await Login(Username, Password, "203.0.113.5", _device, host)).Status);
        (await Login(Username, Password, "203.0.113.5", Nobody, host)).IsRefused(429, "auth.rate_limited");
    }

    [Fact]
    public async Task A_recovery_code_lets_in_where_everything_is_locked()
    {
        await Crowd();
        for (var guess = 0; guess < 5; guess++)
            await Login(Username, "wrong", "203.0.113.5");
        (await Login(Username, Password, "203.0.113.5")).IsRefused(423, "auth.account_locked");

        const string fresh = "Other-Ships-77-port";
        var body = new JsonObject { ["identifier"] = Username, ["recovery_code"] = _codes[0], ["new_password"] = fresh }.ToJsonString();
        var recovered = await Host.Anonymous().Post($"{Auth}/password/recover", body, ("X-Forwarded-For", "203.0.113.5"));

        Assert.Equal(200, recovered.Status);
        Assert.Equal(200, (await Login(Username, fresh, "203.0.113.5")).Status);
        var device = recovered.Cookie("koda_device").Split('=', ';')[1];
        Assert.Equal(200, (await Login(Username, fresh, "203.0.113.6", device)).Status);
    }

    [Fact]
    public async Task A_sign_in_makes_the_device_known_and_twenty_are_at_most()
    {
        var reply = await Login(Username, Password, "203.0.113.5");
        Assert.Matches("^koda_device=kodad_[^;]+; max-age=15552000; path=/; samesite=strict; httponly$", reply.Cookie("koda_device"));
        Assert.Equal(reply["device_token"], (await Login(Username, Password, "203.0.113.5", reply["device_token"]))["device_token"]);
        for (var device = 0; device < KnownDeviceStore.Most + 2; device++)
            await Login(Username, Password, "203.0.113.5");

        Assert.Equal((long)KnownDeviceStore.Most, await Execute("select count(*) from known_devices"));
        Assert.Equal(0L, await Execute($"select count(*) from known_devices where encode(hash, 'escape') like '%kodad_%'"));
    }

    [Fact]
    public async Task A_browser_is_known_by_its_cookie_and_a_client_by_metadata()
    {
        await Crowd();
        var browser = new HttpRequestMessage(HttpMethod.Post, $"{Auth}/login")
        {
            Content = new StringContent(Credentials(Username, Password), null, "application/json"),
        };
        browser.Headers.Add("Cookie", $"koda_device={_device}");
        browser.Headers.Add("X-Forwarded-For", "203.0.113.80");
        Assert.Equal(200, (await Host.Anonymous().Send(browser)).Status);

        await using var client = Host.ClientWith(null);
        Assert.Equal(_device, (await client.Auth.LoginAsync(Username, Password, _device)).DeviceToken);
        await Assert.ThrowsAsync<Koda.Client.KodaException>(() => client.Auth.LoginAsync(Username, Password));
    }

    [Fact]
    public async Task What_is_over_is_forgotten()
    {
        for (var guess = 0; guess < 4; guess++)
            await Login($"nobody-{guess}", "wrong", $"203.0.113.{guess}");
        Assert.Equal(8L, await Execute("select count(*) from sign_in_failures"));

        await PassTime(TimeSpan.FromHours(3));
        await Login("nobody", "wrong", "203.0.113.200");

        Assert.Equal(2L, await Execute("select count(*) from sign_in_failures"));
    }

    private async Task Crowd()
    {
        await Parallel.ForAsync(0, SignInRule.Crowd + 5, async (guess, _) => await Login(Username, "wrong", $"9.9.9.{guess}"));
        (await Login(Username, Password, "9.9.10.1")).IsRefused(423, "auth.account_locked");
    }

    private Task<RestReply> Login(string identifier, string password, string from, string? device = null, KodaHost? host = null)
    {
        (string, string)[] known = device is null ? [] : [(Device, device)];
        return (host ?? Host).Anonymous().Post($"{Auth}/login", Credentials(identifier, password), [("X-Forwarded-For", from), .. known]);
    }

    private Task<object?> PassTime(TimeSpan time) => Execute(
        $"update sign_in_failures set locked_until = locked_until - interval '{time.TotalSeconds} s', failed_at = failed_at - interval '{time.TotalSeconds} s'");

    private Task<KodaHost> Start(string? rates) => KodaHost.Start(
        postgres.ConnectionString,
        options => options with { Security = new ServerSecurity { RateLimit = rates, TrustedProxies = ["127.0.0.1"] } });

    private async Task<object?> Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
