namespace Koda.Cli.Lists;

/// <summary>How a list is written.</summary>
internal enum ListFormat
{
    /// <summary>As a table that fits the screen.</summary>
    Table,

    /// <summary>As a table with every column, however wide.</summary>
    Wide,

    /// <summary>As REST shows it.</summary>
    Json,

    /// <summary>The ids alone, one a line.</summary>
    Name,
}
