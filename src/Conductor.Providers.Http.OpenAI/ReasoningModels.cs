using Conductor.Wire.OpenAI;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>Which of OpenAI's models reason before they answer, told by their names, and what they refuse.</summary>
public static class ReasoningModels
{
    private static readonly OpenAITarget Plain = new() { MaxTokensMember = "max_completion_tokens", IsStrict = true };

    private static readonly OpenAITarget Reasoner = Plain with
    {
        Refused = ["temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias"],
    };

    /// <summary>What one of OpenAI's models reads.</summary>
    public static OpenAITarget TargetOf(string model) => Contains(model) ? Reasoner : Plain;

    /// <summary>Whether a model reasons: `o1`, `o4-mini`, `gpt-5`, `gpt-5.6-pro`, `gpt-6` and what is tuned from them; not `gpt-5-chat-latest`.</summary>
    public static bool Contains(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var name = model.StartsWith("ft:", StringComparison.Ordinal) ? model[3..] : model;
        if (name is ['o', >= '1' and <= '9', ..])
        {
            return true;
        }

        return name.StartsWith("gpt-", StringComparison.Ordinal) && !name.Contains("-chat", StringComparison.Ordinal) && Generation(name.AsSpan(4)) >= 5;
    }

    // `gpt-4o` is of the fourth, `gpt-35-turbo` (as Azure writes 3.5) of the third.
    private static int Generation(ReadOnlySpan<char> rest)
    {
        var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? rest[..end] : rest;
        return digits is "35" ? 3 : int.TryParse(digits, out var generation) ? generation : 0;
    }
}
