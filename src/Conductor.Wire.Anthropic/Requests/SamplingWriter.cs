using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes `temperature`, `top_p`, `top_k` and `stop_sequences`, as far as the model takes them.</summary>
internal static class SamplingWriter
{
    public static void Write(Utf8JsonWriter writer, ChatOptions options, AnthropicTarget target, LossReport left)
    {
        var rule = AnthropicVersions.HasSampling(target.Version) ? target.Sampling : AnthropicSampling.None;
        var isVersionWithout = !AnthropicVersions.HasSampling(target.Version);
        var temperature = Temperature(options, left);
        if (temperature is { } degree)
        {
            if (rule != AnthropicSampling.None)
            {
                writer.WriteNumber("temperature"u8, degree);
            }
            else if (degree is not 1)
            {
                left.Drop("temperature");
            }
            else if (!isVersionWithout)
            {
                writer.WriteNumber("temperature"u8, degree);
            }
        }

        if (options.TopP is { } topP)
        {
            Require(topP, "top_p");
            var isHarmless = topP >= 0.99f;
            if (rule == AnthropicSampling.All || (rule == AnthropicSampling.OneOfBoth && temperature is null) || (rule == AnthropicSampling.None && isHarmless && !isVersionWithout))
            {
                writer.WriteNumber("top_p"u8, topP);
            }
            else if (!isHarmless)
            {
                left.Drop("top_p");
            }
        }

        if (TopK(options) is { } topK)
        {
            if (rule == AnthropicSampling.None)
            {
                left.Drop("top_k");
            }
            else
            {
                writer.WriteNumber("top_k"u8, topK);
            }
        }

        WriteStops(writer, options, left);
    }

    /// <summary>Callers may name any value up to 2; the wire ends at 1.</summary>
    private static float? Temperature(ChatOptions options, LossReport left)
    {
        if (options.Temperature is not { } degree)
        {
            return null;
        }

        Require(degree, "temperature");
        if (degree <= 1)
        {
            return degree;
        }

        left.Change("temperature");
        return 1;
    }

    private static long? TopK(ChatOptions options) =>
        options.TopK ?? (options.AdditionalProperties?.TryGetValue("top_k", out var value) == true ? OptionValue.Integer(value) : null);

    private static void WriteStops(Utf8JsonWriter writer, ChatOptions options, LossReport left)
    {
        if (options.StopSequences is not { Count: > 0 } stops)
        {
            return;
        }

        var said = stops.Where(stop => !string.IsNullOrWhiteSpace(stop)).ToList();
        if (said.Count < stops.Count)
        {
            left.Drop("stop"); // white space alone is refused upstream
        }

        if (said.Count > 0)
        {
            writer.WriteStartArray("stop_sequences"u8);
            foreach (var stop in said)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }
    }

    private static void Require(float value, string name)
    {
        if (!float.IsFinite(value))
        {
            throw new WireRequestException(name, $"'{name}' must be a finite number.", WireRequestCodes.InvalidValue);
        }
    }
}
