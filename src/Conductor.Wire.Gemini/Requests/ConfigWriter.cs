using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes `generationConfig`.</summary>
internal static class ConfigWriter
{
    public static void Write(Utf8JsonWriter writer, string model, ChatOptions? options, LossReport losses)
    {
        if (options is null)
        {
            return;
        }

        writer.WriteStartObject("generationConfig"u8);
        WriteNumber(writer, "temperature", "temperature", options.Temperature);
        WriteNumber(writer, "topP", "top_p", options.TopP);
        WriteNumber(writer, "presencePenalty", "presence_penalty", options.PresencePenalty);
        WriteNumber(writer, "frequencyPenalty", "frequency_penalty", options.FrequencyPenalty);
        WriteInteger(writer, "topK", options.TopK ?? Extra(options, "top_k", losses));
        WriteInteger(writer, "maxOutputTokens", options.MaxOutputTokens);
        WriteSeed(writer, options.Seed, losses);
        WriteStops(writer, options.StopSequences);
        var count = Extra(options, "n", losses);
        WriteInteger(writer, "candidateCount", count is 1 ? null : count);
        WriteLogprobs(writer, options, losses);
        WriteFormat(writer, options);
        ThinkingWriter.Write(writer, model, options, losses);
        foreach (var (path, value) in GeminiKeys.Kept(options.AdditionalProperties, GeminiKeys.ConfigPath))
        {
            if (!path.StartsWith("thinkingConfig.", StringComparison.Ordinal))
            {
                writer.WritePropertyName(path);
                LooseValue.Write(writer, value, path);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteLogprobs(Utf8JsonWriter writer, ChatOptions options, LossReport losses)
    {
        losses.MarkSaid(ChatKeys.Logprobs);
        if (options.AdditionalProperties?.TryGetValue(ChatKeys.Logprobs, out var asked) == true && OptionValue.Boolean(asked) is { } isAsked)
        {
            writer.WriteBoolean("responseLogprobs"u8, isAsked);
        }

        var top = Extra(options, "top_logprobs", losses);
        WriteInteger(writer, "logprobs", top is 0 ? null : top);
    }

    private static void WriteFormat(Utf8JsonWriter writer, ChatOptions options)
    {
        switch (options.ResponseFormat)
        {
            case null:
                break;
            case ChatResponseFormatText:
                writer.WriteString("responseMimeType"u8, "text/plain"u8);
                break;
            case ChatResponseFormatJson json:
                writer.WriteString("responseMimeType"u8, "application/json"u8);
                if (json.Schema is { ValueKind: JsonValueKind.Object } schema)
                {
                    writer.WritePropertyName("responseJsonSchema"u8);
                    schema.WriteTo(writer);
                }
                else if (json.Schema is { ValueKind: JsonValueKind.False })
                {
                    throw new WireRequestException("response_format", "'response_format' holds the schema 'false', which no answer fits.", WireRequestCodes.InvalidValue);
                }

                break;
            default:
                throw new WireRequestException("response_format", "'response_format' is of a kind that Gemini does not know.", WireRequestCodes.Unsupported);
        }
    }

    private static void WriteStops(Utf8JsonWriter writer, IList<string>? stops)
    {
        if (stops is not { Count: > 0 })
        {
            return;
        }

        writer.WriteStartArray("stopSequences"u8);
        foreach (var stop in stops)
        {
            writer.WriteStringValue(stop);
        }

        writer.WriteEndArray();
    }

    /// <summary>32 bits here, 64 elsewhere: what is wider is folded, so that equal seeds stay equal.</summary>
    private static void WriteSeed(Utf8JsonWriter writer, long? seed, LossReport losses)
    {
        if (seed is not { } value)
        {
            return;
        }

        if (value is < int.MinValue or > int.MaxValue)
        {
            losses.Change("seed");
            value = (int)(value ^ (value >> 32));
        }

        writer.WriteNumber("seed"u8, value);
    }

    private static long? Extra(ChatOptions options, string name, LossReport losses)
    {
        losses.MarkSaid(name);
        if (options.AdditionalProperties?.TryGetValue(name, out var value) != true || value is null or JsonElement { ValueKind: JsonValueKind.Null })
        {
            return null;
        }

        return OptionValue.Integer(value) ?? throw new WireRequestException(name, $"'{name}' must be an integer.", WireRequestCodes.InvalidType);
    }

    private static void WriteInteger(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, string known, float? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, float.IsFinite(number) ? number : throw new WireRequestException(known, $"'{known}' must be a finite number.", WireRequestCodes.InvalidValue));
        }
    }
}
