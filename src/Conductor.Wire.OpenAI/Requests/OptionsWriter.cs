using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes the options of a request.</summary>
internal static class OptionsWriter
{
    // Members that this writer sets itself: the same names among the additional properties would stand twice.
    private static readonly string[] Own =
    [
        "model", "messages", "stream", "stream_options", "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop", "parallel_tool_calls",
        "response_format", "tools", "provider", ChatKeys.Strict,
    ];

    public static void Write(Utf8JsonWriter writer, ChatOptions options, OpenAITarget target, LossReport losses)
    {
        // What a model that refuses a member does anyway is no loss.
        WriteNumber(writer, "temperature", Say("temperature", options.Temperature, 1));
        WriteNumber(writer, "top_p", Say("top_p", options.TopP, 1));
        WriteNumber(writer, "frequency_penalty", Say("frequency_penalty", options.FrequencyPenalty, 0));
        WriteNumber(writer, "presence_penalty", Say("presence_penalty", options.PresencePenalty, 0));
        if (options.TopK is { } topK && MaySay("top_k"))
        {
            // Not OpenAI's own; vLLM, llama.cpp and LM Studio read it.
            writer.WriteNumber("top_k"u8, topK);
        }

        if (options.MaxOutputTokens is { } maximum)
        {
            writer.WriteNumber(target.MaxTokensMember, maximum);
        }

        if (options.Seed is { } seed && MaySay("seed"))
        {
            writer.WriteNumber(target.SeedMember, seed);
        }

        if (options.StopSequences is { Count: > 0 } stops && MaySay("stop"))
        {
            writer.WriteStartArray("stop"u8);
            foreach (var stop in stops)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }

        if (Effort(options.Reasoning?.Effort) is { } effort && MaySay("reasoning_effort"))
        {
            writer.WriteString("reasoning_effort"u8, effort);
        }

        if (options.AdditionalProperties?.ContainsKey(ChatKeys.ThinkingBudget) == true)
        {
            losses.Drop("thinking_budget");
        }

        WriteResponseFormat(writer, options, target);
        ToolWriter.Write(writer, options, losses);
        foreach (var (key, value) in options.AdditionalProperties ?? [])
        {
            var isWritten = Own.Contains(key)
                || (key is "max_tokens" or "max_completion_tokens" && options.MaxOutputTokens is not null)
                || (key == "reasoning_effort" && options.Reasoning?.Effort is not null)
                || (key == "top_k" && options.TopK is not null)
                || (key == "tool_choice" && options.ToolMode is not null);
            if (!isWritten && ExtraMembers.TryName(key, losses, out var name) && MaySay(name))
            {
                writer.WritePropertyName(name);
                LooseValue.Write(writer, value, key);
            }
        }

        bool MaySay(string name)
        {
            if (!target.Refused.Contains(name) && !(target.IsStrict && name is ("top_k" or "min_p")))
            {
                return true;
            }

            losses.Drop(name);
            return false;
        }

        float? Say(string name, float? value, float byDefault) =>
            value is null || (value == byDefault && target.Refused.Contains(name)) || !MaySay(name) ? null : value;
    }

    private static void WriteResponseFormat(Utf8JsonWriter writer, ChatOptions options, OpenAITarget target)
    {
        switch (options.ResponseFormat)
        {
            case null:
                return;
            case ChatResponseFormatText:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "text"u8);
                break;
            case ChatResponseFormatJson { Schema: null }:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "json_object"u8);
                break;
            case ChatResponseFormatJson { Schema: not null } when !target.HasJsonSchema:
                throw new WireRequestException("response_format", "'response_format' asks for a JSON schema, to which this server holds no answer.", WireRequestCodes.Unsupported);
            case ChatResponseFormatJson { Schema: { } schema } json:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "json_schema"u8);
                writer.WriteStartObject("json_schema"u8);
                writer.WriteString("name"u8, string.IsNullOrEmpty(json.SchemaName) ? "answer" : json.SchemaName);
                if (!string.IsNullOrEmpty(json.SchemaDescription))
                {
                    writer.WriteString("description"u8, json.SchemaDescription);
                }

                writer.WritePropertyName("schema"u8);
                schema.WriteTo(writer);
                if (options.AdditionalProperties?.TryGetValue(ChatKeys.Strict, out bool strict) == true)
                {
                    writer.WriteBoolean("strict"u8, strict);
                }

                writer.WriteEndObject();
                break;
            default:
                throw new WireRequestException("response_format", "'response_format' is of a kind that this dialect does not know.", WireRequestCodes.Unsupported);
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is not { } number)
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw new WireRequestException(name, $"'{name}' must be a finite number.", WireRequestCodes.InvalidValue);
        }

        writer.WriteNumber(name, number);
    }

    private static string? Effort(ReasoningEffort? effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "xhigh",
        _ => null,
    };
}
