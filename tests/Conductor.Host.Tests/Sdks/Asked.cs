using System.Text.Json;

namespace Conductor.Host.Tests.Sdks;

/// <summary>What an upstream was asked, whatever the dialect.</summary>
/// <param name="Text">The text of the last turn of the user.</param>
/// <param name="HasTools">Whether tools came along.</param>
/// <param name="MustCall">Whether one of them has to be called.</param>
/// <param name="Results">Results of the last turn's calls, in the order of the calls: what the tool said, after the city that it was asked for.</param>
/// <param name="Image">The bytes of the last turn's image; null = none.</param>
/// <param name="HasSchema">Whether the answer has to fit a schema.</param>
/// <param name="System">The system prompt.</param>
internal sealed record Asked(string Text, bool HasTools, bool MustCall, IReadOnlyList<(string City, string Result)> Results, byte[]? Image, bool HasSchema, string System);

/// <summary>What it answers.</summary>
internal abstract record Answered
{
    /// <summary>A text; each piece an event of a stream.</summary>
    public sealed record Text(string[] Pieces) : Answered;

    /// <summary>Calls of `get_weather`, side by side.</summary>
    public sealed record Calls(string[] Cities) : Answered
    {
        public static string Arguments(string city) => JsonSerializer.Serialize(new { city });
    }

    /// <summary>An error in the upstream's own words.</summary>
    public sealed record Failure(int Status) : Answered;

    /// <summary>A stream that says this and then nothing more.</summary>
    public sealed record Stall(string[] Pieces, string Tag) : Answered;
}
