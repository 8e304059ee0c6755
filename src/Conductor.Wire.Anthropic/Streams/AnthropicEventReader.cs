using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>One stream's events: bytes to updates. Holds what arrives in pieces (tool calls, signatures, usage) until it is whole. For one stream, not for two threads.</summary>
public sealed class AnthropicEventReader
{
    private readonly SortedDictionary<int, OpenBlock> _blocks = [];
    private string? _id;
    private string? _model;
    private UsageParts _usage;
    private bool _isUsageOut;

    /// <summary>Whether a stop reason has come: only then is the stream's end a success.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Whether `message_stop` has come; what follows it is not read.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>Reads one event's data and adds what it holds to <paramref name="updates"/>; often nothing. The event's name is not needed: `type` says the same.</summary>
    /// <exception cref="WireResponseException">The data is no event, or an error.</exception>
    public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        data = data.Trim((byte)' ');
        if (!IsEnd && !data.IsEmpty)
        {
            AnthropicJson.Read(data, root =>
            {
                ReadEvent(root, updates);
                return true;
            });
        }
    }

    /// <summary>Call at the stream's end: the usage, once, as the last update; null where none was stated.</summary>
    public ChatResponseUpdate? Complete()
    {
        if (_isUsageOut || _usage.ToUsage() is not { } usage)
        {
            return null;
        }

        _isUsageOut = true;
        return New(new UsageContent(usage.ToDetails()));
    }

    private void ReadEvent(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        switch (AnthropicJson.String(root, "type"u8))
        {
            case "message_start":
                ReadStart(root);
                break;
            case "content_block_start":
                if (AnthropicJson.Member(root, "content_block"u8, JsonValueKind.Object) is { } block)
                {
                    StartBlock(Index(root), block, updates);
                }

                break;
            case "content_block_delta":
                if (AnthropicJson.Member(root, "delta"u8, JsonValueKind.Object) is { } delta)
                {
                    ReadDelta(Index(root), delta, updates);
                }

                break;
            case "content_block_stop":
                if (_blocks.Remove(Index(root), out var ended))
                {
                    End(ended, updates);
                }

                break;
            case "message_delta":
                ReadMessageDelta(root, updates);
                break;
            case "message_stop":
                EndAll(updates);
                IsEnd = true;
                break;
            case null:
                throw new WireResponseException(WireResponseFault.WrongShape, "An event of the stream has no type.");
        }
    }

    private void ReadStart(JsonElement root)
    {
        if (AnthropicJson.Member(root, "message"u8, JsonValueKind.Object) is not { } message)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "The stream's first event holds no message.");
        }

        _id = AnthropicJson.String(message, "id"u8);
        _model = AnthropicJson.String(message, "model"u8);
        AddUsage(message);
    }

    private void StartBlock(int index, JsonElement start, ICollection<ChatResponseUpdate> updates)
    {
        if (_blocks.Remove(index, out var before))
        {
            End(before, updates); // its end was left out
        }

        var block = new OpenBlock(AnthropicJson.String(start, "type"u8) ?? "", start);
        _blocks[index] = block;
        switch (block.Type)
        {
            case "text":
                AddText(AnthropicJson.String(start, "text"u8), updates);
                break;
            case "thinking":
                AddThinking(AnthropicJson.String(start, "thinking"u8), updates);
                block.Signature.Append(AnthropicJson.String(start, "signature"u8));
                break;
        }
    }

    private void ReadDelta(int index, JsonElement delta, ICollection<ChatResponseUpdate> updates)
    {
        var type = AnthropicJson.String(delta, "type"u8);
        if (type == "text_delta")
        {
            AddText(AnthropicJson.String(delta, "text"u8), updates);
            return;
        }

        if (type == "thinking_delta")
        {
            AddThinking(AnthropicJson.String(delta, "thinking"u8), updates);
            return;
        }

        if (!_blocks.TryGetValue(index, out var block))
        {
            return;
        }

        switch (type)
        {
            case "input_json_delta":
                block.Input.Append(AnthropicJson.String(delta, "partial_json"u8));
                break;
            case "signature_delta":
                block.Signature.Append(AnthropicJson.String(delta, "signature"u8));
                break;
            case "citations_delta" when AnthropicJson.Member(delta, "citation"u8, JsonValueKind.Object) is { } citation:
                block.Citations.Add(citation);
                break;
        }
    }

    private void End(OpenBlock block, ICollection<ChatResponseUpdate> updates)
    {
        switch (block.Type)
        {
            case "text" when block.Citations.Count > 0:
                updates.Add(New(new TextContent("") { AdditionalProperties = new() { [AnthropicKeys.Citations] = JsonElement.Parse($"[{string.Join(',', block.Citations.Select(citation => citation.GetRawText()))}]") } }));
                break;
            case "text":
                break;
            case "thinking":
                if (block.Signature.Length > 0)
                {
                    updates.Add(New(SignatureText.Thinking("", block.Signature.ToString())));
                }

                break;
            case "tool_use":
                updates.Add(New(ContentReader.ReadCall(block.Start, block.Input)));
                break;
            default:
                if (ContentReader.Read(block.Whole()) is { } content)
                {
                    updates.Add(New(content));
                }

                break;
        }
    }

    private void ReadMessageDelta(JsonElement root, ICollection<ChatResponseUpdate> updates)
    {
        AddUsage(root);
        if (AnthropicJson.Member(root, "delta"u8, JsonValueKind.Object) is not { } delta)
        {
            return;
        }

        AdditionalPropertiesDictionary? properties = null;
        var finish = StopReasons.Read(AnthropicJson.String(delta, "stop_reason"u8), AnthropicJson.String(delta, "stop_sequence"u8), ref properties);
        if (finish is null)
        {
            return;
        }

        EndAll(updates);
        AnthropicResponseReader.Keep(delta, ref properties);
        IsFinished = true;
        var update = New();
        update.FinishReason = finish;
        update.AdditionalProperties = properties;
        updates.Add(update);
    }

    private void EndAll(ICollection<ChatResponseUpdate> updates)
    {
        foreach (var block in _blocks.Values)
        {
            End(block, updates);
        }

        _blocks.Clear();
    }

    private void AddText(string? text, ICollection<ChatResponseUpdate> updates)
    {
        if (!string.IsNullOrEmpty(text))
        {
            updates.Add(New(new TextContent(text)));
        }
    }

    private void AddThinking(string? text, ICollection<ChatResponseUpdate> updates)
    {
        if (!string.IsNullOrEmpty(text))
        {
            // The maker stands on every piece: pieces are put together with the first one's properties.
            updates.Add(New(new TextReasoningContent(text) { AdditionalProperties = new() { [ChatKeys.SignatureMaker] = AnthropicKeys.Dialect } }));
        }
    }

    private void AddUsage(JsonElement from)
    {
        if (AnthropicJson.Member(from, "usage"u8, JsonValueKind.Object) is { } usage)
        {
            _usage.Add(usage);
        }
    }

    private static int Index(JsonElement root) => AnthropicJson.Integer(root, "index"u8) ?? 0;

    private ChatResponseUpdate New(params IList<AIContent> contents) => new(ChatRole.Assistant, contents) { ResponseId = _id, MessageId = _id, ModelId = _model };
}
