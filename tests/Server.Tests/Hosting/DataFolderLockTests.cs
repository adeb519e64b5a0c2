using Koda.Server.Hosting;
using Xunit;

namespace Koda.Server.Tests.Hosting;

public class DataFolderLockTests
{
    [Fact]
    public void A_second_server_is_told_whose_folder_it_is_until_the_first_one_ends()
    {
        var folder = Directory.CreateTempSubdirectory("koda-lock-").FullName;
        using (DataFolderLock.Take(folder))
        {
            var refusal = Assert.Throws<InvalidOperationException>(() => DataFolderLock.Take(folder));
            Assert.Contains(folder, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("koda down", refusal.Message, StringComparison.Ordinal);
        }

        DataFolderLock.Take(folder).Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
