namespace Koda.Server.Engine;

/// <summary>Work that comes due by time. Each noun registers its own; one look at the database tells what is due, and when next.</summary>
internal interface ISweep
{
    /// <summary>An expression of SQL: the time when there is something to do, null while there is nothing.</summary>
    string NextDueSql { get; }

    /// <summary>Does what is due. Any number of servers may do so at once.</summary>
    Task Execute(CancellationToken cancellationToken);
}
