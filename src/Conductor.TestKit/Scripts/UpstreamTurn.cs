namespace Conductor.TestKit;

/// <summary>What an upstream is to do with the requests that it gets. A script need not know all of them.</summary>
public abstract record UpstreamTurn
{
    private UpstreamTurn()
    {
    }

    /// <summary>Answers with this text and a usage: whole, or as a stream with an end, as the request asks.</summary>
    /// <param name="Pieces">The text's pieces; a stream sends each by itself, a whole answer all of them together.</param>
    public sealed record Text(params IReadOnlyList<string> Pieces) : UpstreamTurn
    {
        /// <summary>Whether every byte of the body goes out by itself.</summary>
        public bool IsByteByByte { get; init; }
    }

    /// <summary>Answers with the text of the request's last message.</summary>
    public sealed record Echo : UpstreamTurn;

    /// <summary>Calls a tool.</summary>
    /// <param name="Name">The tool.</param>
    /// <param name="Arguments">JSON text.</param>
    public sealed record ToolCall(string Name, string Arguments) : UpstreamTurn;

    /// <summary>Refuses, with the wire's own error for this status.</summary>
    /// <param name="Status">400 (a wrong request), 401 (a wrong key), 404 (no such model), 429 (too many requests), 500, 503 (overloaded) or 504 (took too long).</param>
    /// <param name="Message">The upstream's own words, which must not come out of the provider.</param>
    /// <param name="RetryAfter">For the header `retry-after`; null = none.</param>
    public sealed record Failure(int Status, string Message, TimeSpan? RetryAfter = null) : UpstreamTurn;

    /// <summary>Begins a stream, and goes no further: sends nothing more and keeps the connection.</summary>
    /// <param name="First">The first piece of text.</param>
    public sealed record Stall(string First) : UpstreamTurn;

    /// <summary>Begins a stream and ends it without its last events, in an orderly way.</summary>
    /// <param name="First">The first piece of text.</param>
    public sealed record Unfinished(string First) : UpstreamTurn;

    /// <summary>Begins an answer, whole or streamed, and resets the connection inside it.</summary>
    /// <param name="First">The first piece of text.</param>
    public sealed record Cut(string First) : UpstreamTurn;

    /// <summary>Takes the request and never answers.</summary>
    public sealed record Silence : UpstreamTurn;

    /// <summary>Answers 200 with a body that is nothing in this wire.</summary>
    public sealed record Garbage : UpstreamTurn;

    /// <summary>Answers requests for embeddings: equal texts get equal vectors, different texts different ones, of the length that was asked for where one was.</summary>
    public sealed record Vectors : UpstreamTurn;

    /// <summary>Answers 200 with exactly these bytes.</summary>
    /// <param name="Body">The body.</param>
    /// <param name="ContentType">Its media type.</param>
    public sealed record Bytes(ReadOnlyMemory<byte> Body, string ContentType) : UpstreamTurn;
}
