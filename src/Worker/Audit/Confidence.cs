namespace Koda.Worker.Audit;

/// <summary>How much the code itself says for a finding. It is no measure of the harm: that is the severity.</summary>
internal enum Confidence
{
    /// <summary>The code shows the fault: it is written out, or what a stranger sends is seen to get there.</summary>
    High,

    /// <summary>The code shows the form of the fault; who gives the value is not seen, and may be a stranger.</summary>
    Medium,

    /// <summary>Something in the code speaks against it. It is no finding, but a place to look at.</summary>
    Low,
}

/// <summary>What speaks against a finding.</summary>
internal enum Doubt
{
    /// <summary>It stands in an example or the like, which nobody runs in earnest.</summary>
    NotShipped,

    /// <summary>It stands in a copy of another project's library, which is repaired there.</summary>
    Copied,

    /// <summary>A comment for a checker says that it was looked at and is meant.</summary>
    Accepted,

    /// <summary>It happens only where an option asks for it.</summary>
    Switched,

    /// <summary>The value comes from the program's own callers or its operator; nothing shows a stranger who reaches it.</summary>
    OwnCaller,

    /// <summary>The code talks to another program, whose protocol decides it.</summary>
    Protocol,

    /// <summary>It matters in an application that is deployed; this is a library or a tool.</summary>
    NoApplication,

    /// <summary>What makes it harmful is not beside it.</summary>
    Harmless,
}
