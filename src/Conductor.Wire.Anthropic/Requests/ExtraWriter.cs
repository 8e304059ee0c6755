using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes what has no typed member, and tells what has no word here.</summary>
internal static class ExtraWriter
{
    // What other writers of this request say, or what asks for nothing.
    private static readonly string[] Elsewhere = ["model", "messages", "stream", "stream_options", "provider", "top_k", "reasoning_effort", "thinking", ChatKeys.Strict];

    public static void Write(Utf8JsonWriter writer, ChatOptions options, LossReport left)
    {
        Drop(options.Seed, "seed", left);
        Drop(options.FrequencyPenalty, "frequency_penalty", left);
        Drop(options.PresencePenalty, "presence_penalty", left);
        var given = options.AdditionalProperties ?? [];
        WriteMetadata(writer, given, left);
        foreach (var (key, value) in given)
        {
            switch (key)
            {
                case var _ when ChatKeys.IsNote(key) || Elsewhere.Contains(key) || key is "user" or "safety_identifier":
                    break;
                case "n":
                    if (OptionValue.Integer(value) is > 1)
                    {
                        throw new WireRequestException("n", "'n' above 1 is not possible here: Anthropic makes one answer.", WireRequestCodes.Unsupported);
                    }

                    break;
                case "tool_choice":
                    throw new WireRequestException("tool_choice", "'tool_choice' is of a kind that Anthropic does not have.", WireRequestCodes.Unsupported);
                case "functions" or "function_call":
                    throw new WireRequestException(key, $"'{key}' is the form of old; send 'tools'.", WireRequestCodes.Unsupported);
                case "modalities" or "audio":
                    RequireText(key, value);
                    break;
                case "service_tier":
                    WriteServiceTier(writer, value, left);
                    break;
                case "logprobs" or "store" or "top_logprobs" when OptionValue.IsFalse(value) || OptionValue.Integer(value) == 0:
                    break;
                default:
                    WriteOther(writer, key, value, left);
                    break;
            }
        }
    }

    private static void WriteOther(Utf8JsonWriter writer, string key, object? value, LossReport left)
    {
        if (AnthropicKeys.MemberOf(key) is { } member)
        {
            if (member != "thinking" && !member.StartsWith("output_config.", StringComparison.Ordinal) && !member.StartsWith("metadata.", StringComparison.Ordinal))
            {
                writer.WritePropertyName(member);
                LooseValue.Write(writer, value, member);
            }

            return;
        }

        left.Drop(key);
    }

    private static void WriteMetadata(Utf8JsonWriter writer, AdditionalPropertiesDictionary given, LossReport left)
    {
        var identifier = given.TryGetValue("safety_identifier", out var safety) ? OptionValue.Text(safety) : null;
        var user = given.TryGetValue("user", out var named) ? OptionValue.Text(named) : null;
        if (identifier is not null && user is not null && identifier != user)
        {
            left.Drop("user"); // one place for both
        }

        var extra = given.Where(item => AnthropicKeys.MemberOf(item.Key)?.StartsWith("metadata.", StringComparison.Ordinal) == true).ToList();
        if ((identifier ?? user) is null && extra.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("metadata"u8);
        if ((identifier ?? user) is { } id)
        {
            writer.WriteString("user_id"u8, id);
        }

        foreach (var (key, value) in extra)
        {
            writer.WritePropertyName(AnthropicKeys.MemberOf(key)!["metadata.".Length..]);
            LooseValue.Write(writer, value, key);
        }

        writer.WriteEndObject();
    }

    private static void WriteServiceTier(Utf8JsonWriter writer, object? value, LossReport left)
    {
        switch (OptionValue.Text(value))
        {
            case "auto":
                writer.WriteString("service_tier"u8, "auto"u8);
                break;
            case "default":
                writer.WriteString("service_tier"u8, "standard_only"u8);
                break;
            default:
                left.Drop("service_tier");
                break;
        }
    }

    private static void RequireText(string key, object? value)
    {
        var isText = key == "modalities" && value is JsonElement { ValueKind: JsonValueKind.Array } wanted
            && wanted.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.ValueEquals("text"u8));
        if (!isText)
        {
            throw new WireRequestException(key, $"'{key}' asks for an answer that is not text; Anthropic makes no other.", WireRequestCodes.Unsupported);
        }
    }

    private static void Drop<T>(T? value, string name, LossReport left)
        where T : struct
    {
        if (value is not null)
        {
            left.Drop(name);
        }
    }
}
