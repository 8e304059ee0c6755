namespace Conductor.Wire.Gemini;

/// <summary>How a stream's pieces follow each other.</summary>
public enum GeminiFraming
{
    /// <summary>Server-sent events, for `alt=sse`: `data: {…}`, ended by an empty line, line ends as CRLF.</summary>
    Events,

    /// <summary>One JSON array, for anything else.</summary>
    Array,
}
