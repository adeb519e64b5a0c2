namespace Koda.Server.Surfaces.Input;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">The path of the field by the names of the contract, such as <c>context.workspace</c> or
/// <c>agents[2].name</c>.</param>
/// <param name="Problem">What is wrong, as the end of a sentence.</param>
internal sealed record InputFault(string Field, string Problem);
