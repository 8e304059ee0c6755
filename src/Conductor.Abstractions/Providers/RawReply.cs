namespace Conductor.Providers;

/// <summary>A successful reply whose headers are in and whose body is still to be read.</summary>
public sealed class RawReply : IAsyncDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Creates a reply.</summary>
    /// <param name="body">The body as it comes from the wire.</param>
    /// <param name="owner">What to dispose besides the body, usually the response message; disposing it ends the upstream's work.</param>
    public RawReply(Stream body, IDisposable? owner = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Body = body;
        _owner = owner;
    }

    /// <summary>The body as it comes from the wire.</summary>
    public Stream Body { get; }

    /// <summary>The media type the upstream named, without parameters; null where it named none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The upstream's own id of the request, where it gave one.</summary>
    public string? UpstreamRequestId { get; init; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The owner first: disposing an unread body would drain it, and the upstream would go on generating.
        _owner?.Dispose();
        await Body.DisposeAsync().ConfigureAwait(false);
    }
}
