using System.IO.Enumeration;
using Conductor.Wire.Anthropic;

namespace Conductor.Providers.Anthropic;

/// <summary>Which members a model takes, told by its name: the API refuses what a model no longer takes, and its list of models does not say.</summary>
/// <param name="sampling">The operator's own rules, names with `*`; the first that fits wins over what is known here.</param>
internal sealed class ModelRules(IReadOnlyList<KeyValuePair<string, AnthropicSampling>> sampling)
{
    // The models up to Opus 4.6 are all there will be of their kind: every later one refuses sampling, and thinks as much as it finds right.
    private static readonly string[] First = ["claude-instant*", "claude-2*", "claude-3*", "claude-sonnet-4", "claude-opus-4", "claude-*-4-0*", "claude-*-4-2*"];
    private static readonly string[] UpToOpus46 = ["claude-opus-4-1*", "claude-*-4-5*", "claude-*-4-6*"];

    // Effort came with Opus 4.5; the others of its generation have budgets only.
    private static readonly string[] WithoutEffort = [.. First, "claude-opus-4-1*", "claude-sonnet-4-5*", "claude-haiku-4-5*"];

    /// <summary>What a request's writer has to know of a model.</summary>
    public AnthropicTarget TargetOf(string modelId, int maxTokens, string version)
    {
        var name = NameOf(modelId);
        return new AnthropicTarget(maxTokens)
        {
            Version = version,
            Sampling = SamplingOf(modelId, name),
            TakesEffort = name is null || !Fits(WithoutEffort, name),
            TakesThinkingBudget = name is null || Fits(First, name) || Fits(UpToOpus46, name),
        };
    }

    /// <summary>Whether the name is of one of the first models, which see, think and follow schemas less than the later ones.</summary>
    public static bool IsFirst(string modelId) => NameOf(modelId) is { } name && Fits(First, name);

    private AnthropicSampling SamplingOf(string modelId, string? name)
    {
        foreach (var (pattern, rule) in sampling)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, modelId))
            {
                return rule;
            }
        }

        return name is null || Fits(First, name) ? AnthropicSampling.All
            : Fits(UpToOpus46, name) ? AnthropicSampling.OneOfBoth
            : AnthropicSampling.None;
    }

    /// <summary>The name from `claude-` on, for servers that set their own before it; null for models of others, whose servers have Anthropic's dialect only.</summary>
    private static string? NameOf(string modelId)
    {
        var at = modelId.IndexOf("claude-", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : modelId[at..].ToLowerInvariant();
    }

    private static bool Fits(string[] patterns, string name) => Array.Exists(patterns, pattern => FileSystemName.MatchesSimpleExpression(pattern, name));
}
