namespace Conductor.Host.Dialects;

/// <summary>How the bytes of a stream look from outside.</summary>
/// <param name="ContentType">The response's media type.</param>
/// <param name="Ping">What goes out in silence, between events; empty where the dialect's clients would take any such byte for an event.</param>
internal sealed record StreamFraming(string ContentType, ReadOnlyMemory<byte> Ping)
{
    /// <summary>Server-sent events; silence is filled with comments.</summary>
    public static StreamFraming Sse { get; } = new("text/event-stream; charset=utf-8", ": ping\n\n"u8.ToArray());

    /// <summary>Server-sent events whose clients expect an event of its own in silence.</summary>
    public static StreamFraming SseWithPingEvents { get; } = new("text/event-stream; charset=utf-8", "event: ping\ndata: {\"type\": \"ping\"}\n\n"u8.ToArray());

    /// <summary>One JSON object a line. Nothing fills silence: clients parse every line, an empty one too.</summary>
    public static StreamFraming Ndjson { get; } = new("application/x-ndjson", default);

    /// <summary>One JSON array whose elements come one by one; white space between them means nothing.</summary>
    public static StreamFraming JsonArray { get; } = new("application/json; charset=utf-8", "\n"u8.ToArray());
}
