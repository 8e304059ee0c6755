using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>How the server is to run the model for a request.</summary>
public sealed record OllamaServing
{
    /// <summary>The context to load the model with, in tokens; null leaves it to the server.</summary>
    public int? NumCtx { get; init; }

    /// <summary>How long the model stays in memory afterwards: a duration such as `10m`, or seconds; negative = for good. Null leaves it to the server.</summary>
    public string? KeepAlive { get; init; }

    /// <summary>`true`, `false`, `low`, `medium`, `high` or `max`; null leaves it to the model.</summary>
    public string? Think { get; init; }

    internal void WriteKeepAlive(Utf8JsonWriter writer)
    {
        if (KeepAlive is null)
        {
            return;
        }

        // A number is seconds; as a string it would need a unit.
        if (long.TryParse(KeepAlive, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            writer.WriteNumber("keep_alive"u8, seconds);
        }
        else
        {
            writer.WriteString("keep_alive"u8, KeepAlive);
        }
    }

    internal void WriteThink(Utf8JsonWriter writer)
    {
        switch (Think)
        {
            case null:
                break;
            case "true" or "false":
                writer.WriteBoolean("think"u8, Think == "true");
                break;
            default:
                writer.WriteString("think"u8, Think);
                break;
        }
    }
}
