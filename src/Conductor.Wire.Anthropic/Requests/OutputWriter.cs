using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes `thinking` and `output_config`.</summary>
internal static class OutputWriter
{
    private const string JsonRule = "Answer with one JSON object and nothing else: no text before it, none after it, no code fence.";
    private const int LeastBudget = 1024;

    /// <summary>`json_object` has no word here: the prompt asks for it.</summary>
    public static void AddJsonRule(ChatOptions options, List<(AIContent Content, string Path)> system, LossReport left)
    {
        if (options.ResponseFormat is ChatResponseFormatJson { Schema: null or { ValueKind: JsonValueKind.True } })
        {
            left.Change("response_format");
            system.Add((new TextContent(JsonRule), "response_format"));
        }
    }

    public static void Write(Utf8JsonWriter writer, ChatOptions options, AnthropicTarget target, LossReport left)
    {
        var effort = Effort(options, left);
        effort = WriteThinking(writer, options, target, effort, left);
        var format = Format(options, left);
        var extra = (options.AdditionalProperties ?? []).Where(item => AnthropicKeys.MemberOf(item.Key)?.StartsWith("output_config.", StringComparison.Ordinal) == true)
            .Select(item => (Name: AnthropicKeys.MemberOf(item.Key)!["output_config.".Length..], item.Value)).ToList();
        if (effort is null && format is null && extra.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("output_config"u8);
        if (effort is not null)
        {
            writer.WriteString("effort"u8, effort);
        }

        if (format is { } schema)
        {
            writer.WriteStartObject("format"u8);
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WritePropertyName("schema"u8);
            schema.WriteTo(writer);
            foreach (var (name, value) in extra.Where(item => item.Name.StartsWith("format.", StringComparison.Ordinal)))
            {
                writer.WritePropertyName(name["format.".Length..]);
                LooseValue.Write(writer, value, name);
            }

            writer.WriteEndObject();
        }

        foreach (var (name, value) in extra.Where(item => !item.Name.StartsWith("format.", StringComparison.Ordinal) && !(item.Name == "format" && format is not null)))
        {
            writer.WritePropertyName(name);
            LooseValue.Write(writer, value, name);
        }

        writer.WriteEndObject();
    }

    private static JsonElement? Format(ChatOptions options, LossReport left)
    {
        switch (options.ResponseFormat)
        {
            case null or ChatResponseFormatText or ChatResponseFormatJson { Schema: null or { ValueKind: JsonValueKind.True } }:
                return null;
            case ChatResponseFormatJson { Schema: { ValueKind: JsonValueKind.Object } schema } json:
                if (!string.IsNullOrEmpty(json.SchemaDescription))
                {
                    left.Drop("response_format.json_schema.description");
                }

                if (options.AdditionalProperties?.TryGetValue(ChatKeys.Strict, out var strict) == true && OptionValue.IsFalse(strict))
                {
                    left.Change("response_format.json_schema.strict"); // an answer is always held to its schema here
                }

                return schema;
            default:
                throw new WireRequestException("response_format", "'response_format' is of a kind that Anthropic does not know.", WireRequestCodes.Unsupported);
        }
    }

    /// <summary>Writes `thinking`; what of the effort is left to say goes back.</summary>
    private static string? WriteThinking(Utf8JsonWriter writer, ChatOptions options, AnthropicTarget target, string? effort, LossReport left)
    {
        var given = options.AdditionalProperties;
        if (given?.TryGetValue(AnthropicKeys.Of("thinking"), out var raw) == true || given?.TryGetValue("thinking", out raw) == true)
        {
            writer.WritePropertyName("thinking"u8);
            LooseValue.Write(writer, raw, "thinking");
            return effort == "none" ? null : effort;
        }

        if (given?.TryGetValue(ChatKeys.ThinkingBudget, out var budget) == true && OptionValue.Integer(budget) is { } tokens)
        {
            WriteBudget(writer, tokens, options, target, left);
            return effort == "none" ? null : effort;
        }

        if (effort == "none")
        {
            writer.WriteStartObject("thinking"u8);
            writer.WriteString("type"u8, "disabled"u8);
            writer.WriteEndObject();
            return null;
        }

        if (effort is null || target.TakesEffort)
        {
            return effort;
        }

        left.Change("reasoning_effort");
        WriteBudget(writer, effort switch { "low" => 2_048, "medium" => 8_192, "high" => 16_384, _ => 32_768 }, options, target, left);
        return null;
    }

    private static void WriteBudget(Utf8JsonWriter writer, long tokens, ChatOptions options, AnthropicTarget target, LossReport left)
    {
        var room = (options.MaxOutputTokens ?? target.MaxTokens) - 1L; // the answer has to have room beside it
        if (tokens == 0 || (room < LeastBudget && target.TakesThinkingBudget))
        {
            if (tokens != 0)
            {
                left.Drop("thinking");
                return;
            }

            writer.WriteStartObject("thinking"u8);
            writer.WriteString("type"u8, "disabled"u8);
            writer.WriteEndObject();
            return;
        }

        var allowed = Math.Clamp(tokens, LeastBudget, Math.Max(room, LeastBudget));
        if (allowed != tokens || !target.TakesThinkingBudget)
        {
            left.Change("thinking.budget_tokens");
        }

        writer.WriteStartObject("thinking"u8);
        writer.WriteString("type"u8, target.TakesThinkingBudget && tokens > 0 ? "enabled"u8 : "adaptive"u8);
        if (target.TakesThinkingBudget && tokens > 0)
        {
            writer.WriteNumber("budget_tokens"u8, allowed);
        }

        writer.WriteEndObject();
    }

    private static string? Effort(ChatOptions options, LossReport left)
    {
        var word = options.Reasoning?.Effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => options.AdditionalProperties?.TryGetValue("reasoning_effort", out var value) == true ? OptionValue.Text(value) : null,
        };
        if (word == "minimal")
        {
            left.Change("reasoning_effort");
            return "low";
        }

        return word;
    }
}
