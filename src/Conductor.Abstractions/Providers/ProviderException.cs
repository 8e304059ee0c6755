namespace Conductor.Providers;

/// <summary>A provider could not answer. Its message is for operators: it says what failed and never holds a key, a base URL or an upstream's text.</summary>
public sealed class ProviderException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ProviderException(ProviderErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>What went wrong.</summary>
    public ProviderErrorKind Kind { get; }

    /// <summary>The upstream's HTTP status, where there was one.</summary>
    public int? StatusCode { get; init; }

    /// <summary>How long the upstream asked to wait; at most a day.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The member of the request that the upstream named as wrong, where it did.</summary>
    public string? Param { get; init; }

    /// <summary>One sentence on what would help, for example a command to run; told to callers too. Null where nothing is known to.</summary>
    public string? Advice { get; init; }

    /// <summary>The upstream's own id of the request, where it gave one.</summary>
    public string? UpstreamRequestId { get; init; }

    /// <summary>True where nothing of the request reached the upstream, as when no connection could be made: it cannot have worked for it, and nothing is booked.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Whether the same request may succeed later or at another target.</summary>
    public bool IsTransient => Kind is ProviderErrorKind.RateLimited or ProviderErrorKind.Overloaded or ProviderErrorKind.Timeout
        or ProviderErrorKind.Network or ProviderErrorKind.InvalidResponse or ProviderErrorKind.ServerError;
}
