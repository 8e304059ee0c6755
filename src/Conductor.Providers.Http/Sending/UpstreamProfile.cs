namespace Conductor.Providers.Http;

/// <summary>How one kind of upstream is spoken to.</summary>
public sealed record UpstreamProfile
{
    /// <summary>A whole answer above this is no answer: 16 MiB.</summary>
    public const long DefaultMaxReplyBytes = 16 * 1024 * 1024;

    /// <summary>One event, or one line, above this is none: 1 MiB.</summary>
    public const int DefaultMaxEventBytes = 1024 * 1024;

    /// <summary>The map of its errors.</summary>
    public required UpstreamErrors Errors { get; init; }

    /// <summary>Headers that may hold the upstream's own id of a request, the best first.</summary>
    public IReadOnlyList<string> RequestIdHeaders { get; init; } = ["x-request-id"];

    /// <summary>
    /// What ends a stream that has said all, as it stands in its last bytes, at most 64 bytes each: a connection whose stream is given up behind one of them
    /// is kept, any other is closed. None: kept only at the body's own end, or by <see cref="ReplyStream.MarkOver"/>.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> EndMarks { get; init; } = [];

    /// <summary>Headers of every request. The settings' `extra_headers` replace those of the same name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What a request for a stream accepts.</summary>
    public string StreamAccept { get; init; } = "text/event-stream";

    /// <summary>What any other request accepts.</summary>
    public string Accept { get; init; } = "application/json";

    /// <summary>The cap on a whole answer, in bytes.</summary>
    public long MaxReplyBytes { get; init; } = DefaultMaxReplyBytes;

    /// <summary>The cap on one event or line of a stream, in bytes.</summary>
    public int MaxEventBytes { get; init; } = DefaultMaxEventBytes;

    /// <summary>How much of an error's body is read, in bytes; what it is about stands at its beginning.</summary>
    public int MaxErrorBytes { get; init; } = 64 * 1024;
}
