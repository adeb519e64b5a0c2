using Koda.Server.Infrastructure;

namespace Koda.Server.Engine.Artifacts;

/// <summary>The files of large contents, named by their digests. Several servers share artifacts when they share this folder.</summary>
internal sealed class ArtifactFolder(string path)
{
    /// <summary>A new, private file for content whose digest is not known yet.</summary>
    public FileStream CreateDraft()
    {
        var drafts = Path.Combine(path, "drafts");
        Directory.CreateDirectory(drafts);
        return new FileStream(Path.Combine(drafts, Guid.CreateVersion7().ToString("n")), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>Gives a written draft its place. When the call returns, the content survives a power cut.</summary>
    public void Keep(FileStream draft, byte[] digest)
    {
        draft.Flush(flushToDisk: true);
        var place = Locate(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Move(draft.Name, place, overwrite: true);
        DurableFolder.Flush(Path.GetDirectoryName(place)!);
    }

    public bool Has(byte[] digest) => File.Exists(Locate(digest));

    /// <summary>Takes a content away that nothing names.</summary>
    public void Remove(byte[] digest) => File.Delete(Locate(digest));

    public FileStream Open(byte[] digest) =>
        new(Locate(digest), new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    // Fanned out, because folders with very many files are slow to list and to back up.
    private string Locate(byte[] digest)
    {
        var name = Convert.ToHexStringLower(digest);
        return Path.Combine(path, name[..2], name[2..4], name);
    }
}
