using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>
/// Writes `thinkingConfig`. Generation 2.5 takes a budget in tokens, later ones a level; earlier ones do not think and refuse the member.
/// Budgets for levels are those that Google's own OpenAI layer uses.
/// </summary>
internal static class ThinkingWriter
{
    private const long LowBudget = 1024;
    private const long MediumBudget = 8192;
    private const long HighBudget = 24_576;

    // Gemini 2.5 Pro cannot be kept from thinking.
    private const long LeastBudgetOfPro = 128;

    public static void Write(Utf8JsonWriter writer, string model, ChatOptions options, LossReport losses)
    {
        var extra = options.AdditionalProperties;
        var kept = GeminiKeys.Kept(extra, GeminiKeys.ConfigPath + "thinkingConfig.").ToList();
        var budget = extra?.TryGetValue(ChatKeys.ThinkingBudget, out var given) == true ? OptionValue.Integer(given) : null;
        var effort = Effort(options, losses);
        if (effort is null && budget is null && options.Reasoning?.Output is null && kept.Count == 0)
        {
            return;
        }

        var generation = GeminiModelName.Generation(model);
        if (generation < 2.5m)
        {
            if (effort is not (null or "none") || budget is > 0)
            {
                losses.Drop("reasoning_effort");
            }

            return;
        }

        writer.WriteStartObject("thinkingConfig"u8);
        var isOff = generation is 2.5m ? WriteBudget(writer, model, budget, effort, losses) : WriteLevel(writer, model, budget, effort, losses);
        // Thoughts that were asked for are paid for: whoever sets an effort gets to see them, unless he says otherwise.
        var shows = options.Reasoning?.Output is { } output ? output != ReasoningOutput.None : effort is not null && !isOff;
        if (shows || options.Reasoning?.Output is ReasoningOutput.None)
        {
            writer.WriteBoolean("includeThoughts"u8, shows);
        }

        foreach (var (path, value) in kept)
        {
            writer.WritePropertyName(path);
            LooseValue.Write(writer, value, path);
        }

        writer.WriteEndObject();
    }

    private static string? Effort(ChatOptions options, LossReport losses)
    {
        losses.MarkSaid("reasoning_effort");
        return options.Reasoning?.Effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => options.AdditionalProperties?.TryGetValue("reasoning_effort", out var word) == true ? OptionValue.Text(word) : null,
        };
    }

    /// <summary>Writes `thinkingBudget`; true where thinking is off.</summary>
    private static bool WriteBudget(Utf8JsonWriter writer, string model, long? budget, string? effort, LossReport losses)
    {
        var isPro = GeminiModelName.Bare(model).Contains("pro", StringComparison.OrdinalIgnoreCase);
        var wanted = budget ?? effort switch
        {
            null => null,
            "none" => 0,
            "minimal" or "low" => LowBudget,
            "medium" => MediumBudget,
            "high" => HighBudget,
            "xhigh" or "max" => HighBudget,
            _ => throw Unknown(),
        };
        if (effort is "minimal" or "xhigh" or "max" && budget is null)
        {
            losses.Change("reasoning_effort");
        }

        if (wanted == 0 && isPro)
        {
            losses.Change("reasoning_effort");
            wanted = LeastBudgetOfPro;
        }

        if (wanted is { } tokens)
        {
            writer.WriteNumber("thinkingBudget"u8, tokens);
        }

        return wanted == 0;
    }

    /// <summary>Writes `thinkingLevel`; true where thinking is as good as off.</summary>
    private static bool WriteLevel(Utf8JsonWriter writer, string model, long? budget, string? effort, LossReport losses)
    {
        // Only the small models have the lowest level; the large ones refuse it.
        var least = GeminiModelName.Bare(model).Contains("flash", StringComparison.OrdinalIgnoreCase) ? "MINIMAL" : "LOW";
        if (effort is null && budget is { } tokens and >= 0)
        {
            losses.Change("thinking_budget");
            effort = tokens == 0 ? "none" : tokens <= LowBudget ? "low" : tokens <= MediumBudget ? "medium" : "high";
        }

        var level = effort switch
        {
            null => null,
            "none" or "minimal" => least,
            "low" => "LOW",
            "medium" => "MEDIUM",
            "high" or "xhigh" or "max" => "HIGH",
            _ => throw Unknown(),
        };
        if (effort is "none" or "xhigh" or "max" || (effort == "minimal" && least != "MINIMAL"))
        {
            losses.Change("reasoning_effort");
        }

        if (level is not null)
        {
            writer.WriteString("thinkingLevel"u8, level);
        }

        return effort == "none";
    }

    private static WireRequestException Unknown() => new(
        "reasoning_effort", "'reasoning_effort' must be 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' or 'max'.", WireRequestCodes.InvalidValue);
}
