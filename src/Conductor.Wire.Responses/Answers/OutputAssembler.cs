using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Who is told while items grow; the events of a stream are written so.</summary>
internal interface IOutputListener
{
    void ItemBegan(OutputItem item);

    void PartBegan(OutputItem item, OutputPart part);

    void PartGrew(OutputItem item, OutputPart part, string delta, IReadOnlyList<JsonElement> logprobs);

    void PartEnded(OutputItem item, OutputPart part);

    void ItemEnded(OutputItem item);
}

/// <summary>
/// Contents to items, one rule for whole answers and streams: neighbouring contents of one kind are one item, a call is one by itself, and what seals
/// reasoning ends its item, for an item holds one seal. For one answer.
/// </summary>
internal sealed class OutputAssembler(ResponsesHead head, IOutputListener? listener = null)
{
    private readonly List<OutputItem> _items = [];
    private OutputItem? _item;
    private OutputPart? _part;
    private char? _half; // of a surrogate pair whose second half is still to come: half of one is no text

    public IReadOnlyList<OutputItem> Items => _items;

    /// <summary>Takes a content; kinds that the dialect has no item for are passed over.</summary>
    /// <param name="content">The content.</param>
    /// <param name="logprobs">Of a text: its log probabilities, token by token.</param>
    public void Add(AIContent content, IReadOnlyList<JsonElement> logprobs)
    {
        switch (content)
        {
            case TextContent text:
                AddText(OutputKind.Message, PartKind.Text, text.Text, content, logprobs);
                break;
            case ErrorContent { ErrorCode: ChatKeys.Refusal } refusal:
                AddText(OutputKind.Message, PartKind.Refusal, refusal.Message, content, []);
                break;
            case TextReasoningContent reasoning:
                AddReasoning(reasoning);
                break;
            case FunctionCallContent call:
                Begin(new OutputItem(OutputKind.Call, head.ItemId("fc", _items.Count), _items.Count) { Call = call, Arguments = CallArguments.ToText(call) });
                EndItem("completed");
                break;
            case { AdditionalProperties: { } extra } when extra.TryGetValue(ResponsesKeys.RawItem, out JsonElement raw):
                Begin(new OutputItem(OutputKind.Raw, AnswerJson.String(raw, "id"u8) ?? head.ItemId("item", _items.Count), _items.Count) { Raw = raw });
                EndItem("completed");
                break;
        }
    }

    /// <summary>Ends what is open. An answer without any output is a message without text.</summary>
    public void End(bool isCut)
    {
        if (_items.Count == 0)
        {
            AddText(OutputKind.Message, PartKind.Text, "", null, []);
        }

        EndItem(isCut ? "incomplete" : "completed");
    }

    private void AddReasoning(TextReasoningContent reasoning)
    {
        var id = ReasoningItem.IdOf(reasoning);
        if (_item is { Kind: OutputKind.Reasoning } open && id is not null && open.Id != id)
        {
            EndItem("completed");
        }

        var encrypted = Signatures.ToWire(reasoning);
        if (reasoning.Text.Length > 0)
        {
            AddText(OutputKind.Reasoning, ReasoningItem.IsFull(reasoning) ? PartKind.Reasoning : PartKind.Summary, reasoning.Text, reasoning, []);
        }
        else if (encrypted is not null)
        {
            Open(OutputKind.Reasoning, id);
        }

        if (encrypted is not null)
        {
            _item!.Encrypted = encrypted;
            EndItem("completed");
        }
    }

    private void AddText(OutputKind kind, PartKind partKind, string text, AIContent? content, IReadOnlyList<JsonElement> logprobs)
    {
        var signature = content is null ? null : ThoughtSignatures.Of(content);
        if (text.Length == 0 && content is not null && signature is null)
        {
            return;
        }

        Open(kind, content is null ? null : ReasoningItem.IdOf(content));
        var source = content is null ? 0 : ReasoningItem.PartOf(content);
        if (_part is null || _part.Kind != partKind || _part.Source != source)
        {
            EndPart();
            var index = partKind == PartKind.Reasoning ? _item!.Parts.Count(part => part.Kind == PartKind.Reasoning)
                : partKind == PartKind.Summary ? _item!.Parts.Count(part => part.Kind == PartKind.Summary)
                : _item!.Parts.Count;
            _part = new OutputPart(partKind, index, source);
            _item.Parts.Add(_part);
            listener?.PartBegan(_item, _part);
        }

        _part.ThoughtSignature ??= signature;
        _part.Logprobs.AddRange(logprobs);
        text = _half + text;
        _half = null;
        if (text.Length > 0 && char.IsHighSurrogate(text[^1]))
        {
            _half = text[^1];
            text = text[..^1];
        }

        Grow(text, logprobs);
    }

    private void Grow(string text, IReadOnlyList<JsonElement> logprobs)
    {
        if (text.Length > 0)
        {
            _part!.Text.Append(text);
            listener?.PartGrew(_item!, _part, text, logprobs);
        }
    }

    private void Open(OutputKind kind, string? id)
    {
        if (_item?.Kind != kind)
        {
            Begin(new OutputItem(kind, id ?? head.ItemId(kind == OutputKind.Message ? "msg" : "rs", _items.Count), _items.Count));
        }
    }

    private void Begin(OutputItem item)
    {
        EndItem("completed");
        _item = item;
        _items.Add(item);
        listener?.ItemBegan(item);
    }

    private void EndPart()
    {
        if (_part is null)
        {
            return;
        }

        if (_half is { } half)
        {
            _half = null;
            Grow(half.ToString(), []);
        }

        listener?.PartEnded(_item!, _part);
        _part = null;
    }

    private void EndItem(string status)
    {
        if (_item is null)
        {
            return;
        }

        EndPart();
        _item.Status = status;
        listener?.ItemEnded(_item);
        _item = null;
    }
}
