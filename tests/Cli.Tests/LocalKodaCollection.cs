namespace Koda.Cli.Tests;

[CollectionDefinition(Name)]
public sealed class LocalKodaCollection : ICollectionFixture<LocalKoda>
{
    public const string Name = "one local server";
}
