using Koda.Server.Engine.Principals;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Koda.Server.Tests.Engine.Principals;

public sealed class AuthenticateTokenTests : IClassFixture<PostgresFixture>
{
    private readonly IssueToken _issue;
    private readonly AuthenticateToken _authenticate;

    public AuthenticateTokenTests(PostgresFixture postgres)
    {
        var memory = new CredentialMemory(
            new Broadcast(postgres.Database, NullLogger<Broadcast>.Instance, TimeProvider.System), TimeProvider.System);
        _issue = new IssueToken(postgres.Database);
        _authenticate = new AuthenticateToken(new TokenStore(postgres.Database), memory);
    }

    [Fact]
    public async Task An_issued_token_speaks_for_its_principal_with_its_scopes()
    {
        var token = await _issue.Execute("service", "ci", ["runtime.read"], lifetime: null, default);

        var found = await _authenticate.Execute(token, default);

        Assert.NotNull(found);
        Assert.Equal(("service", "ci"), (found.Kind, found.Name));
        Assert.Equal(["runtime.read"], found.Scopes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("kpat_")]
    [InlineData("kpat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer x")]
    public async Task An_unknown_token_speaks_for_nobody(string token) => Assert.Null(await _authenticate.Execute(token, default));

    [Fact]
    public async Task An_expired_token_speaks_for_nobody()
    {
        var token = await _issue.Execute("service", "old", ["runtime.read"], TimeSpan.FromSeconds(-1), default);

        Assert.Null(await _authenticate.Execute(token, default));
    }

    [Fact]
    public async Task The_token_files_are_private_and_written_anew_when_they_are_not_valid()
    {
        var folder = Directory.CreateTempSubdirectory("koda-tokens-");
        try
        {
            var ensure = new EnsureTokenFiles(_authenticate, _issue);
            await ensure.Execute(folder.FullName, default);
            var file = Path.Combine(folder.FullName, EnsureTokenFiles.OperatorFile);
            var first = await File.ReadAllTextAsync(file);
            await ensure.Execute(folder.FullName, default);
            Assert.Equal(first, await File.ReadAllTextAsync(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

            await File.WriteAllTextAsync(file, "kpat_somebody-elses");
            await ensure.Execute(folder.FullName, default);

            var found = await _authenticate.Execute((await File.ReadAllTextAsync(file)).Trim(), default);
            Assert.NotNull(found);
            Assert.Equal(Scopes.All.Order(), found.Scopes.Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
