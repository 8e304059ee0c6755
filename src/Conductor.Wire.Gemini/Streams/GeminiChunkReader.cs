using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>
/// One stream's pieces: bytes to updates. Each piece is an answer by itself; function calls come whole. There is no end mark: the stream is over when its bytes are, and a success
/// only if <see cref="IsFinished"/>. For one stream, not for two threads.
/// </summary>
public sealed class GeminiChunkReader
{
    private readonly CallIds _ids = new();
    private readonly Dictionary<int, (bool HasContent, bool HasCalls)> _seen = [];
    private string? _id;
    private string? _model;
    private WireUsage? _usage;

    /// <summary>Whether a finish reason has come: only then is the stream's end a success.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Reads a whole body where a stream was asked for: an array of pieces, or one answer.</summary>
    /// <exception cref="WireResponseException">It is neither, or it has no end.</exception>
    public static IReadOnlyList<ChatResponseUpdate> ReadWhole(ReadOnlySpan<byte> body)
    {
        var isArray = body.TrimStart(" \t\r\n"u8) is [(byte)'[', ..];
        return !isArray ? [.. GeminiResponseReader.Read(body).ToChatResponseUpdates()] : GeminiJson.ReadAny(body, root =>
        {
            var reader = new GeminiChunkReader();
            var updates = new List<ChatResponseUpdate>();
            foreach (var piece in root.EnumerateArray())
            {
                reader.ReadPiece(piece, updates);
            }

            if (!reader.IsFinished)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The stream ended before its answer did.");
            }

            if (reader.Complete() is { } last)
            {
                updates.Add(last);
            }

            return updates;
        });
    }

    /// <summary>Reads one event's data (or one item of the array) and adds what it holds to <paramref name="updates"/>; sometimes nothing.</summary>
    /// <exception cref="WireResponseException">The data is no piece of an answer, or an error, or says that the prompt was refused.</exception>
    public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        data = data.Trim(" \t\r\n"u8);
        if (data.IsEmpty)
        {
            return;
        }

        GeminiJson.Read(data, root =>
        {
            ReadPiece(root, updates);
            return true;
        });
    }

    /// <summary>Call at the stream's end: the usage, once, as the last update; null where none was stated. Every piece repeats it, and the last one counts.</summary>
    public ChatResponseUpdate? Complete()
    {
        if (_usage is not { } usage)
        {
            return null;
        }

        _usage = null;
        return New(0, [new UsageContent(usage.ToDetails())]);
    }

    private void ReadPiece(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "A piece of the stream is no object.");
        }

        GeminiResponseReader.ThrowIfBlocked(root);
        _id ??= GeminiJson.String(root, "responseId"u8);
        _model ??= GeminiJson.String(root, "modelVersion"u8);
        var usage = UsageReader.Read(root);
        _usage = usage ?? _usage;
        if (GeminiJson.Member(root, "candidates"u8, JsonValueKind.Array) is not { } candidates)
        {
            if (usage is null && !root.TryGetProperty("promptFeedback"u8, out _))
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "A piece of the stream has no candidates.");
            }

            return;
        }

        foreach (var candidate in candidates.EnumerateArray())
        {
            ReadCandidate(new CandidateReader(candidate), updates);
        }
    }

    private void ReadCandidate(CandidateReader candidate, ICollection<ChatResponseUpdate> updates)
    {
        var index = candidate.Index ?? 0;
        var contents = candidate.ReadContents(_ids);
        var seen = _seen.GetValueOrDefault(index);
        seen = (seen.HasContent || contents.Count > 0, seen.HasCalls || contents.Any(content => content is FunctionCallContent));
        _seen[index] = seen;
        var update = New(index, contents);
        var extra = update.AdditionalProperties ?? [];
        candidate.Keep(extra);
        if (candidate.ReadLogprobs() is { } logprobs)
        {
            extra[ChatKeys.Logprobs] = logprobs;
        }

        if (candidate.FinishReason is { } reason)
        {
            if (CandidateReader.Failure(reason, !seen.HasContent) is { } failure)
            {
                throw failure;
            }

            IsFinished = true;
            update.FinishReason = FinishReasons.Read(reason, seen.HasCalls);
            if (FinishReasons.IsOwn(reason))
            {
                extra[ChatKeys.NativeFinishReason] = ChatKeys.Of(GeminiKeys.Dialect, reason);
            }
        }

        update.AdditionalProperties = extra.Count > 0 ? extra : null;
        if (contents.Count > 0 || update.FinishReason is not null || extra.ContainsKey(ChatKeys.Logprobs))
        {
            updates.Add(update);
        }
    }

    private ChatResponseUpdate New(int index, List<AIContent> contents)
    {
        var update = new ChatResponseUpdate(ChatRole.Assistant, contents) { ResponseId = _id, MessageId = _id, ModelId = _model };
        if (index > 0)
        {
            update.MessageId = $"{_id}:{index}";
            update.AdditionalProperties = new() { [ChatKeys.ChoiceIndex] = index };
        }

        return update;
    }
}
