namespace Koda.Providers;

/// <summary>Who may be asked at an address, from the mildest to the strictest.</summary>
internal enum AddressReach
{
    /// <summary>The whole internet reaches it.</summary>
    Global,

    /// <summary>This machine's, its network's, or of no use on the internet: asked only where somebody meant it.</summary>
    Local,

    /// <summary>Nobody asks there: metadata services, link-local, multicast and reserved addresses.</summary>
    Forbidden,
}
