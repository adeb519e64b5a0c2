using System.Runtime.CompilerServices;

namespace Koda.Client.Calls;

/// <summary>Reads a list page by page.</summary>
internal static class Pages
{
    public static async IAsyncEnumerable<TItem> Read<TPage, TItem>(
        Func<string, CancellationToken, Task<TPage>> read,
        Func<TPage, IEnumerable<TItem>> items,
        Func<TPage, string> next,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = "";
        do
        {
            var page = await read(cursor, cancellationToken);
            foreach (var item in items(page))
                yield return item;
            cursor = next(page);
        }
        while (cursor.Length > 0);
    }
}
