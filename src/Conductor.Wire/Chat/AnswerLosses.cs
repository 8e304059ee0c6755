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
        Note(answer.FinishReason);
        foreach (var message in answer.Messages)
        {
            Note(message.AdditionalProperties);
            Note(message.Contents);
        }
    }

    /// <summary>Notes what is lost of a piece.</summary>
    public void Note(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        Note(update.AdditionalProperties);
        Note(update.FinishReason);
        Note(update.Contents);
    }

    private void Note(ChatFinishReason? finish) => Drop(AnswerWords.Filtered, finish == ChatFinishReason.ContentFilter, "finish_reason");

    private void Note(IList<AIContent> contents)
    {
        foreach (var content in contents)
        {
            Note((content as UsageContent)?.Details);
            Drop(AnswerWords.Media, content is DataContent, content is DataContent made && made.HasTopLevelMediaType("image") ? "message.images" : "message.files");
            Drop(AnswerWords.Signatures, content is TextReasoningContent { ProtectedData.Length: > 0 } || content.AdditionalProperties?.ContainsKey(ChatKeys.ThoughtSignature) == true, "signature");
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

    private void Note(UsageDetails? usage)
    {
        Drop(AnswerWords.CacheReads, usage?.CachedInputTokenCount > 0, "usage.cached_tokens");
        Drop(AnswerWords.ThinkingTokens, usage?.ReasoningTokenCount > 0, "usage.reasoning_tokens");
        if (usage?.AdditionalCounts is { Count: > 0 } counts)
        {
            Drop(AnswerWords.CacheWrites, counts.GetValueOrDefault(WireUsage.CacheWriteKey) > 0, "usage.cache_write_tokens");
            Drop(AnswerWords.CacheTimes, counts.GetValueOrDefault(WireUsage.CacheWriteHourKey) > 0, "usage.cache_write_1h_tokens");
            Drop(AnswerWords.AudioTokens, counts.GetValueOrDefault(WireUsage.AudioInputKey) > 0 || counts.GetValueOrDefault(WireUsage.AudioOutputKey) > 0, "usage.audio_tokens");
            Drop(AnswerWords.ImageTokens, counts.GetValueOrDefault(WireUsage.ImageInputKey) > 0 || counts.GetValueOrDefault(WireUsage.ImageOutputKey) > 0, "usage.image_tokens");
        }
    }

    private void Drop(AnswerWords word, bool isThere, string name)
    {
        if (isThere && (words & word) == 0)
        {
            losses.Drop(name);
        }
    }
}
