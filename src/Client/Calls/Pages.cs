using System.Runtime.CompilerServices;

namespace Koda.Client.Calls;

/// <summary>Reads a list page by page.</summary>
internal static class Pages
{
    public static async IAsyncEnumerable<TItem> ReadAsync<TPage, TItem>(
        Func<string, CancellationToken, Task<TPage>> read,
        Func<TPage, IEnumerable<TItem>> items,
        Func<TPage, string> next,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var cursor = "";
        do
        {
            var page = await read(cursor, cancellation);
            foreach (var item in items(page)) yield return item;
            cursor = next(page);
        }
        while (cursor.Length > 0);
    }
}
