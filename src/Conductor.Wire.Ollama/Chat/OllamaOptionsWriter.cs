using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>Writes `options`: sampling and the size of the context.</summary>
internal static class OllamaOptionsWriter
{
    // Members beyond OpenAI's own that callers of such servers send, and this one reads under the same name.
    private static readonly string[] Numbers = ["top_k", "min_p", "repeat_penalty"];

    // Notes between Conductor's own parts, and what the typed options carry.
    private static readonly string[] Elsewhere = ["strict", "stream_options", "model", "messages", "reasoning_effort"];

    /// <summary>What the keys of options begin with that only this dialect has.</summary>
    private const string OwnPrefix = "ollama:options.";

    public static void Write(Utf8JsonWriter writer, ChatOptions? options, int? numCtx, LossReport left)
    {
        writer.WriteStartObject("options"u8);
        if (numCtx is { } context)
        {
            writer.WriteNumber("num_ctx"u8, context);
        }

        if (options is not null)
        {
            WriteTyped(writer, options);
            WriteExtra(writer, options, left);
        }

        writer.WriteEndObject();
    }

    private static void WriteTyped(Utf8JsonWriter writer, ChatOptions options)
    {
        WriteNumber(writer, "temperature", options.Temperature);
        WriteNumber(writer, "top_p", options.TopP);
        WriteNumber(writer, "frequency_penalty", options.FrequencyPenalty);
        WriteNumber(writer, "presence_penalty", options.PresencePenalty);
        if (options.TopK is { } topK)
        {
            writer.WriteNumber("top_k"u8, topK);
        }

        if (options.MaxOutputTokens is { } most)
        {
            writer.WriteNumber("num_predict"u8, most);
        }

        if (options.Seed is { } seed)
        {
            writer.WriteNumber("seed"u8, seed);
        }

        if (options.StopSequences is { Count: > 0 } stops)
        {
            writer.WriteStartArray("stop"u8);
            foreach (var stop in stops)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }
    }

    private static void WriteExtra(Utf8JsonWriter writer, ChatOptions options, LossReport left)
    {
        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            switch (name)
            {
                case "n" when OptionValue.Integer(value) is > 1:
                    throw new WireRequestException("n", "'n' above 1 is not possible here: Ollama makes one answer.", WireRequestCodes.Unsupported);
                case "n":
                    break;
                case "tool_choice":
                    throw new WireRequestException("tool_choice", "'tool_choice' can be 'auto' or 'none' here: Ollama cannot be made to call a tool.", WireRequestCodes.Unsupported);
                case "functions" or "function_call":
                    throw new WireRequestException(name, $"'{name}' is the form of old; send 'tools'.", WireRequestCodes.Unsupported);
                case "top_k" when options.TopK is not null:
                    break;
                case OwnPrefix + "num_ctx":
                    left.Drop(name); // the operator's choice: another one loads the model anew for everybody
                    break;
                case var _ when name.StartsWith(OwnPrefix, StringComparison.Ordinal):
                    writer.WritePropertyName(name[OwnPrefix.Length..]);
                    LooseValue.Write(writer, value, name);
                    break;
                case var _ when Numbers.Contains(name):
                    writer.WriteNumber(name, OptionValue.Number(value) ?? throw new WireRequestException(name, $"'{name}' must be a number.", WireRequestCodes.InvalidValue));
                    break;
                case var _ when left.IsSaid(name) || Elsewhere.Contains(name) || OllamaChatWriter.IsOwn(name) || ChatKeys.IsNote(name):
                    break;
                case "logprobs" or "store" when OptionValue.IsFalse(value):
                    break;
                default:
                    left.Drop(name);
                    break;
            }
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, float.IsFinite(number) ? number : throw new WireRequestException(name, $"'{name}' must be a finite number.", WireRequestCodes.InvalidValue));
        }
    }
}
