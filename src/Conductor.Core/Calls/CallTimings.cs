namespace Conductor.Calls;

/// <summary>Where a call's time went.</summary>
public sealed class CallTimings
{
    /// <summary>Waiting to be admitted.</summary>
    public TimeSpan Queue { get; internal set; }

    /// <summary>Making the plan.</summary>
    public TimeSpan Routing { get; internal set; }

    /// <summary>From the successful attempt's start to its answer, or to a stream's first content.</summary>
    public TimeSpan Provider { get; internal set; }

    /// <summary>Reading the answer into the result.</summary>
    public TimeSpan PostProcessing { get; internal set; }

    /// <summary>The whole call so far.</summary>
    public TimeSpan Total { get; internal set; }
}
