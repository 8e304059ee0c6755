namespace Conductor.Providers.Http;

/// <summary>One request to an upstream.</summary>
/// <param name="Path">What follows the base address, without a slash before it; callers' names in it as <see cref="UpstreamPath"/> writes them. A query may follow.</param>
public sealed record UpstreamRequest(string Path)
{
    /// <summary>A body, JSON in UTF-8, sent by POST; null: a GET.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Whether a stream is asked for: its length has no limit, and an event stream is what it accepts.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>The model as the caller named it, for messages; null where there is none.</summary>
    public string? Model { get; init; }

    /// <summary>Headers of this request alone; null for none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }
}
