using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>
/// One stream's events: bytes to updates. Text, thinking and refusals go on in pieces; a call and what seals thinking when their item is done. For one
/// stream, not for two threads.
/// </summary>
public sealed class ResponsesEventReader
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal); // parts and items of which pieces have gone on
    private string? _id;
    private string? _model;
    private DateTimeOffset? _created;
    private WireUsage? _usage;
    private bool _hasCalls;

    /// <summary>Whether the last event has come: only then is the stream's end a success.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The same: what follows the last event is not read.</summary>
    public bool IsEnd => IsFinished;

    /// <summary>Reads one event's data and adds what it holds to <paramref name="updates"/>; often nothing.</summary>
    /// <exception cref="WireResponseException">The data is no event, or tells of a failure.</exception>
    public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        data = data.Trim((byte)' ');
        if (IsFinished || data.IsEmpty || data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        AnswerJson.Read(data, root =>
        {
            ReadEvent(root, updates);
            return true;
        });
    }

    /// <summary>Call at the stream's end: the usage, once, as the last update; null where none was stated.</summary>
    public ChatResponseUpdate? Complete()
    {
        if (_usage is not { } usage)
        {
            return null;
        }

        _usage = null;
        return New(new UsageContent(usage.ToDetails()));
    }

    private void ReadEvent(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        switch (AnswerJson.String(root, "type"u8))
        {
            case "response.created" or "response.in_progress" or "response.queued":
                ReadHead(Response(root));
                break;
            case "response.output_text.delta":
                AddText(root, updates);
                break;
            case "response.refusal.delta":
                AddDelta(root, updates, delta => new ErrorContent(delta) { ErrorCode = ChatKeys.Refusal });
                break;
            case "response.reasoning_summary_text.delta":
                AddDelta(root, updates, delta => Mark(new TextReasoningContent(delta), root, "summary_index"u8));
                break;
            case "response.reasoning_text.delta":
                AddDelta(root, updates, delta => Mark(ReasoningItem.Full(delta), root, "content_index"u8));
                break;
            case "response.output_item.done":
                EndItem(root, updates);
                break;
            case "response.completed" or "response.incomplete":
                End(Response(root), updates);
                break;
            case "response.failed":
                var failed = Response(root);
                throw Failure(failed.TryGetProperty("error"u8, out var why) && why.ValueKind == JsonValueKind.Object ? AnswerJson.Error(why) : null);
            case "error":
                throw Failure(AnswerJson.Error(AnswerJson.Member(root, "error"u8, JsonValueKind.Object) ?? root));
            case null when AnswerJson.Member(root, "error"u8, JsonValueKind.Object) is { } error:
                throw Failure(AnswerJson.Error(error));
            case null:
                throw new WireResponseException(WireResponseFault.WrongShape, "An event of the stream has no type.");
        }
    }

    private static JsonElement Response(JsonElement root) => AnswerJson.Member(root, "response"u8, JsonValueKind.Object)
        ?? throw new WireResponseException(WireResponseFault.WrongShape, "An event of the stream lacks its 'response'.");

    private static WireResponseException Failure(WireError? error) =>
        new(WireResponseFault.ErrorInside, "The stream tells of a failure.", error ?? new WireError("The answer failed."));

    private void ReadHead(JsonElement response)
    {
        _id ??= AnswerJson.String(response, "id"u8);
        _model ??= AnswerJson.String(response, "model"u8);
        _created ??= ResponsesAnswerReader.Created(response);
    }

    private void AddText(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        if (!AddDelta(root, updates, delta => new TextContent(delta)))
        {
            return;
        }

        if (AnswerJson.Member(root, "logprobs"u8, JsonValueKind.Array) is { } logprobs && logprobs.GetArrayLength() > 0)
        {
            updates.Last().AdditionalProperties = new() { [ChatKeys.Logprobs] = LogprobsJson.ToChat(logprobs) };
        }
    }

    private bool AddDelta(JsonElement root, ICollection<ChatResponseUpdate> updates, Func<string, AIContent> make)
    {
        if (AnswerJson.String(root, "delta"u8) is not { Length: > 0 } delta)
        {
            return false;
        }

        _told.UnionWith(PlacesOf(root, AnswerJson.String(root, "item_id"u8)));
        updates.Add(New(make(delta)));
        return true;
    }

    // Some servers leave the ids out of their deltas, others the indexes.
    private static IEnumerable<string> PlacesOf(JsonElement root, string? id)
    {
        if (id is { Length: > 0 })
        {
            yield return id;
        }

        if (AnswerJson.Member(root, "output_index"u8, JsonValueKind.Number) is not null)
        {
            yield return $"#{AnswerJson.Index(root, "output_index"u8)}";
        }
    }

    private static TextReasoningContent Mark(TextReasoningContent content, JsonElement root, ReadOnlySpan<byte> index)
    {
        var extra = content.AdditionalProperties ??= [];
        extra[ResponsesKeys.PartIndex] = AnswerJson.Index(root, index);
        if (AnswerJson.String(root, "item_id"u8) is { Length: > 0 } id)
        {
            extra[ResponsesKeys.ItemId] = id;
        }

        return content;
    }

    private void EndItem(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        if (AnswerJson.Member(root, "item"u8, JsonValueKind.Object) is not { } item)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "An event of the stream lacks its 'item'.");
        }

        var isTold = _told.Overlaps(PlacesOf(root, AnswerJson.String(item, "id"u8)));
        switch (AnswerJson.String(item, "type"u8))
        {
            case "function_call":
                _hasCalls = true;
                updates.Add(New(ResponsesAnswerReader.ReadCall(item)));
                break;
            case "reasoning":
                EndReasoning(ReasoningItem.Read(item), isTold, updates);
                break;
            case "message" when isTold:
                foreach (var part in AnswerJson.Items(item, "content"u8))
                {
                    var end = new TextContent("");
                    ThoughtSignatures.Read(part, end);
                    if (end.AdditionalProperties is not null)
                    {
                        updates.Add(New(end));
                    }
                }

                break;
            case "message":
                var whole = new ChatMessage { Role = ChatRole.Assistant };
                ResponsesAnswerReader.ReadItem(item, whole);
                foreach (var content in whole.Contents)
                {
                    updates.Add(New(content));
                }

                break;
            default:
                updates.Add(New(new AIContent { AdditionalProperties = new() { [ResponsesKeys.RawItem] = item } }));
                break;
        }
    }

    private void EndReasoning(List<TextReasoningContent> contents, bool isTold, ICollection<ChatResponseUpdate> updates)
    {
        foreach (var content in contents)
        {
            if (isTold)
            {
                content.Text = ""; // has gone on in pieces; what is left is the seal
            }

            if (content.Text.Length > 0 || content.ProtectedData is { Length: > 0 })
            {
                updates.Add(New(content));
            }
        }
    }

    private void End(JsonElement response, ICollection<ChatResponseUpdate> updates)
    {
        ReadHead(response);
        IsFinished = true;
        _usage = UsageJson.Read(response) ?? _usage;
        var last = New();
        last.FinishReason = ResponsesAnswerReader.Finish(response, _hasCalls);
        updates.Add(last);
    }

    private ChatResponseUpdate New(params IList<AIContent> contents) => new(ChatRole.Assistant, contents) { ResponseId = _id, MessageId = _id, ModelId = _model, CreatedAt = _created };
}
