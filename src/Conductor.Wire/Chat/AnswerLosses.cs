using Microsoft.Extensions.AI;

namespace Conductor.Wire;

/// <summary>What of one answer, whole or in pieces, a dialect has no word for. For one answer, not for two threads.</summary>
/// <param name="words">What it has words for.</param>
/// <param name="losses">Where the rest is noted, each once.</param>
public sealed class AnswerLosses(AnswerWords words, LossReport losses)
{
    /// <summary>Notes what is lost of a whole answer.</summary>
    public void Note(ChatResponse answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Note(answer.AdditionalProperties);
        Note(answer.Usage);
        foreach (var message in answer.Messages)
        {
            Note(message.AdditionalProperties);
        }
    }

    /// <summary>Notes what is lost of a piece.</summary>
    public void Note(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        Note(update.AdditionalProperties);
        foreach (var content in update.Contents)
        {
            Note((content as UsageContent)?.Details);
        }
    }

    private void Note(AdditionalPropertiesDictionary? extra)
    {
        if (extra is null)
        {
            return;
        }

        Drop(AnswerWords.Logprobs, extra.TryGetValue(ChatKeys.Logprobs, out var logprobs) && logprobs is not null, "logprobs");
        Drop(AnswerWords.StopSequence, extra.ContainsKey(ChatKeys.StopSequence), "stop_sequence");
        Drop(AnswerWords.Choices, extra.TryGetValue(ChatKeys.ChoiceIndex, out var index) && index is > 0, "choices");
    }

    private void Note(UsageDetails? usage) =>
        Drop(AnswerWords.CacheWrites, usage?.AdditionalCounts is { } counts && counts.TryGetValue(WireUsage.CacheWriteKey, out var written) && written > 0, "usage.cache_write_tokens");

    private void Drop(AnswerWords word, bool isThere, string name)
    {
        if (isThere && (words & word) == 0)
        {
            losses.Drop(name);
        }
    }
}
