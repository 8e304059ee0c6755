using Microsoft.Extensions.AI;

namespace Conductor.Prompts;

/// <summary>One entry of a prompt's `execution_settings`. What the prompt leaves open is null.</summary>
public sealed record PromptSettings
{
    /// <summary>The entry's key: a service's name, or `default`.</summary>
    public string ServiceId { get; init; } = "default";

    public string? ModelId { get; init; }

    /// <value>0 to 2.</value>
    public float? Temperature { get; init; }

    /// <value>Above 0, at most 1.</value>
    public float? TopP { get; init; }

    /// <value>1 or more.</value>
    public int? MaxTokens { get; init; }

    /// <value>-2 to 2.</value>
    public float? FrequencyPenalty { get; init; }

    /// <value>-2 to 2.</value>
    public float? PresencePenalty { get; init; }

    public long? Seed { get; init; }

    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Null where the prompt does not speak of functions.</summary>
    public PromptFunctionChoice? FunctionChoice { get; init; }

    /// <summary>All other keys, and the ones above as they were written: numbers and truth values are text, as in Semantic Kernel.</summary>
    public IReadOnlyDictionary<string, object?> ExtensionData { get; init; } = new Dictionary<string, object?>();

    /// <summary>Fills in what <paramref name="options"/> leaves open; the caller's own values win.</summary>
    public void ApplyTo(ChatOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Temperature ??= Temperature;
        options.TopP ??= TopP;
        options.MaxOutputTokens ??= MaxTokens;
        options.FrequencyPenalty ??= FrequencyPenalty;
        options.PresencePenalty ??= PresencePenalty;
        options.Seed ??= Seed;
        if (StopSequences.Count > 0)
        {
            options.StopSequences ??= [.. StopSequences];
        }
    }
}

/// <summary>A prompt's `function_choice_behavior`.</summary>
public sealed record PromptFunctionChoice
{
    /// <summary>`auto`, `required` or `none`.</summary>
    public required string Type { get; init; }

    /// <summary>The functions on offer; null = all.</summary>
    public IReadOnlyList<string>? Functions { get; init; }

    public bool? AllowParallelCalls { get; init; }

    public bool AllowConcurrentInvocation { get; init; }

    public bool AllowStrictSchemaAdherence { get; init; }
}
