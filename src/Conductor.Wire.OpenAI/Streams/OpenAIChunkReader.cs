using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>One stream's chunks: bytes to updates. Holds what arrives in pieces (tool calls, usage) until it is whole. For one stream, not for two threads.</summary>
public sealed class OpenAIChunkReader
{
    private readonly SortedDictionary<int, List<PartialCall>> _calls = [];
    private readonly Dictionary<int, ThinkingPieces> _thinking = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private string? _id;
    private string? _model;
    private WireUsage? _usage;

    /// <summary>Whether a finish reason has come: only then is the stream's end a success.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Whether `[DONE]` has come; what follows it is not read.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>Reads one event's data and adds what it holds to <paramref name="updates"/>; often nothing.</summary>
    /// <exception cref="WireResponseException">The data is no chunk, or an error.</exception>
    public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        data = data.Trim((byte)' ');
        if (IsEnd || data.IsEmpty)
        {
            return;
        }

        if (data.SequenceEqual("[DONE]"u8))
        {
            IsEnd = true;
            return;
        }

        ResponseJson.ReadPiece(data, root =>
        {
            ReadChunk(root, updates);
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
        return New(ChatRole.Assistant, new UsageContent(usage.ToDetails()));
    }

    private void ReadChunk(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        _id ??= NonEmpty(ResponseJson.String(root, "id"u8));
        _model ??= NonEmpty(ResponseJson.String(root, "model"u8));
        // vLLM can put running totals into every chunk: the last one counts, and only once.
        _usage = ResponseJson.Usage(root) ?? _usage;
        if (ResponseJson.Member(root, "choices"u8, JsonValueKind.Array) is not { } choices)
        {
            if (_usage is null)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "A chunk of the stream has no choices.");
            }

            return;
        }

        foreach (var choice in choices.EnumerateArray())
        {
            ReadChoice(root, choice, updates);
        }
    }

    private void ReadChoice(JsonElement root, JsonElement choice, ICollection<ChatResponseUpdate> updates)
    {
        var index = OpenAIResponseReader.Index(choice) ?? 0;
        var update = New(ChatRole.Assistant);
        update.CreatedAt = ResponseJson.Created(root);
        if (index > 0)
        {
            update.MessageId = $"{_id}:{index}";
            update.AdditionalProperties = new() { [ChatKeys.ChoiceIndex] = index };
        }

        if (ResponseJson.Member(choice, "delta"u8, JsonValueKind.Object) is { } delta)
        {
            ReadDelta(delta, index, update);
        }

        if (ResponseJson.Member(choice, "logprobs"u8, JsonValueKind.Object) is { } logprobs)
        {
            (update.AdditionalProperties ??= [])["logprobs"] = LooseText.Whole(logprobs);
        }

        if (NonEmpty(ResponseJson.String(choice, "finish_reason"u8)?.Trim()) is { } finish)
        {
            IsFinished = true;
            var hasCalls = _calls.Remove(index, out var calls) && calls.Count > 0;
            foreach (var call in calls ?? [])
            {
                update.Contents.Add(call.ToContent(_ids));
            }

            update.FinishReason = OpenAIResponseReader.Finish(finish, hasCalls);
        }

        if (update.Contents.Count > 0 || update.FinishReason is not null || update.AdditionalProperties?.ContainsKey("logprobs") == true)
        {
            updates.Add(update);
        }
    }

    private void ReadDelta(JsonElement delta, int choice, ChatResponseUpdate update)
    {
        if (!_thinking.TryGetValue(choice, out var thinking))
        {
            _thinking[choice] = thinking = new ThinkingPieces();
        }

        thinking.Read(delta, update.Contents);
        if (NonEmpty(ResponseJson.Text(delta, "content"u8)) is { } text)
        {
            update.Contents.Add(new TextContent(text));
        }

        if (NonEmpty(ResponseJson.Text(delta, "refusal"u8)) is { } refusal)
        {
            update.Contents.Add(new ErrorContent(refusal) { ErrorCode = ChatKeys.Refusal });
        }

        if (ResponseJson.Member(delta, ThoughtSignatures.Member, JsonValueKind.Object) is { } extra && ThoughtSignatures.Read(extra) is { } signature)
        {
            var beside = update.Contents.OfType<TextContent>().FirstOrDefault();
            if (beside is null)
            {
                update.Contents.Add(beside = new TextContent("")); // it came after its text
            }

            (beside.AdditionalProperties ??= [])[ChatKeys.ThoughtSignature] = signature;
        }

        foreach (var call in ResponseJson.Member(delta, "tool_calls"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            MergeToolDelta(call, choice);
        }
    }

    /// <summary>Pieces of one call share an `index`; servers that leave it out start a call with an id and go on without.</summary>
    private void MergeToolDelta(JsonElement delta, int choice)
    {
        if (!_calls.TryGetValue(choice, out var calls))
        {
            _calls[choice] = calls = [];
        }

        var id = NonEmpty(ResponseJson.String(delta, "id"u8));
        var index = OpenAIResponseReader.Index(delta);
        var call = index is { } known
            ? calls.Find(candidate => candidate.Index == known)
            : id is null ? calls.LastOrDefault() : calls.Find(candidate => candidate.Id == id);
        if (call is null)
        {
            call = new PartialCall { Index = index ?? calls.Count };
            calls.Add(call);
        }

        call.Id ??= id;
        if (ResponseJson.Member(delta, "function"u8, JsonValueKind.Object) is { } function)
        {
            call.Name ??= NonEmpty(ResponseJson.String(function, "name"u8));
            call.Arguments.Append(ResponseJson.Member(function, "arguments"u8, JsonValueKind.Object)?.GetRawText() ?? ResponseJson.Text(function, "arguments"u8));
        }

        foreach (var member in delta.EnumerateObject())
        {
            if (member.Name is not ("id" or "type" or "function" or "index") && member.Value.ValueKind != JsonValueKind.Null)
            {
                call.Extra[member.Name] = LooseText.Whole(member.Value);
            }
        }
    }

    private ChatResponseUpdate New(ChatRole role, params IList<AIContent> contents) => new(role, contents) { ResponseId = _id, MessageId = _id, ModelId = _model };

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private sealed class PartialCall
    {
        public required int Index { get; init; }

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();

        public AdditionalPropertiesDictionary Extra { get; } = [];

        public FunctionCallContent ToContent(HashSet<string> ids)
        {
            if (Name is null)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "A tool call of the stream has no function name.");
            }

            var id = Id is not null && ids.Add(Id) ? Id : ToolCallId.New();
            var content = ToolArguments.ToContent(id, Name, Arguments.ToString());
            foreach (var (key, value) in Extra)
            {
                (content.AdditionalProperties ??= [])[key] = value;
            }

            ThoughtSignatures.Take(content);
            return content;
        }
    }
}
