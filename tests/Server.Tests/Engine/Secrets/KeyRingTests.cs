using Koda.Server.Engine.Secrets;
using Xunit;

namespace Koda.Server.Tests.Engine.Secrets;

public sealed class KeyRingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_generated_key_is_kept_in_a_private_file()
    {
        var made = await KeyRing.Load(_folder.FullName, default);
        var read = await KeyRing.Load(_folder.FullName, default);

        Assert.True(made.IsFile);
        Assert.Equal(made.Current.Bytes, read.Current.Bytes);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder.FullName, KeyRing.FileName)));
    }

    [Fact]
    public async Task A_key_that_another_server_made_is_found_without_a_restart()
    {
        var here = await KeyRing.Load(_folder.FullName, default);
        var there = await KeyRing.Load(_folder.FullName, default);
        var made = MasterKey.New();

        await there.Replace([made, there.Current], default);

        Assert.Equal(made.Bytes, here.Find(made.Id)!.Bytes);
        Assert.Equal(made.Bytes, here.Current.Bytes);
    }

    [Fact]
    public void Several_keys_may_be_given_and_the_first_one_seals()
    {
        var (first, second) = (MasterKey.New(), MasterKey.New());

        var keys = KeyRing.Parse($"{first.Text},{Convert.ToHexString(second.Bytes)}", "test");

        Assert.Equal([first.Name, second.Name], keys.Select(key => key.Name));
    }
}
