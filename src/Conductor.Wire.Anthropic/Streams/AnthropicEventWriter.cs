using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>
/// One stream's events: updates to bytes. Keeps the promises of the dialect: `message_start` first, one block open at a time and their indexes without gaps,
/// `message_delta` with the stop reason and all usage, `message_stop` only after <see cref="Complete"/>. For one stream, not for two threads.
/// </summary>
public sealed class AnthropicEventWriter
{
    private readonly EventFrames _frames;
    private readonly AdditionalPropertiesDictionary _kept = [];
    private Block _open;
    private bool _hasCalls;
    private char? _half;
    private ChatFinishReason? _finish;
    private WireUsage? _usage;

    /// <summary>Begins a stream; nothing is written yet.</summary>
    /// <param name="id">For example `msg_…`.</param>
    /// <param name="model">What the caller is told of the model.</param>
    public AnthropicEventWriter(string id, string model)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(model);
        _frames = new EventFrames(id, model);
    }

    private enum Block
    {
        None,
        Text,
        Thinking,
    }

    /// <summary>The event that keeps a quiet connection open; allowed between any two others.</summary>
    public static ReadOnlySpan<byte> Ping => "event: ping\ndata: {\"type\": \"ping\"}\n\n"u8;

    /// <summary>Writes an update as events with their blank lines; nothing for an update without content. A finish reason is kept for the end.</summary>
    public void Write(IBufferWriter<byte> output, ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(update);
        if (update.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out var choice) == true && choice is > 0)
        {
            return;
        }

        foreach (var content in update.Contents)
        {
            WriteContent(output, content);
        }

        foreach (var (key, value) in update.AdditionalProperties ?? [])
        {
            _kept[key] = value;
        }

        _finish ??= update.FinishReason;
    }

    /// <summary>Ends a stream that succeeded.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the answer took; what the updates said where null.</param>
    public void Complete(IBufferWriter<byte> output, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        Start(output);
        CloseBlock(output);
        EventFrames.End(output, WriteEnd, usage ?? _usage ?? default);
    }

    private void WriteEnd(Utf8JsonWriter writer)
    {
        var (reason, sequence) = StopReasons.Write(_finish, _kept, _hasCalls);
        writer.WriteString("stop_reason"u8, reason);
        writer.WriteString("stop_sequence"u8, sequence);
        foreach (var (key, value) in _kept)
        {
            if (AnthropicKeys.MemberOf(key) is { } member)
            {
                writer.WritePropertyName(member);
                LooseValue.Write(writer, value, member);
            }
        }
    }

    private void WriteContent(IBufferWriter<byte> output, AIContent content)
    {
        switch (content)
        {
            case UsageContent usage:
                _usage = WireUsage.FromDetails(usage.Details) ?? _usage;
                break;
            case var _ when AnthropicKeys.RawBlock(content) is { } raw:
                WriteWhole(output, raw.WriteTo);
                break;
            case TextContent { Text.Length: > 0 } text:
                WriteThought(output, content);
                WriteText(output, Block.Text, text.Text);
                break;
            case TextContent text when text.AdditionalProperties?.TryGetValue(AnthropicKeys.Citations, out var cited) == true && cited is JsonElement { ValueKind: JsonValueKind.Array } list:
                WriteCitations(output, list);
                break;
            case ErrorContent { ErrorCode: ChatKeys.Refusal, Message.Length: > 0 } refusal:
                WriteText(output, Block.Text, refusal.Message);
                break;
            case TextReasoningContent reasoning when SignatureText.IsRedacted(reasoning):
                WriteWhole(output, writer => ContentWriter.WriteRedacted(writer, SignatureText.Write(reasoning)));
                break;
            case TextReasoningContent reasoning:
                WriteReasoning(output, reasoning);
                break;
            case FunctionCallContent call:
                WriteThought(output, content);
                WriteCall(output, call);
                break;
        }
    }

    private void WriteReasoning(IBufferWriter<byte> output, TextReasoningContent reasoning)
    {
        if (reasoning.Text.Length > 0)
        {
            WriteText(output, Block.Thinking, reasoning.Text);
        }

        if (!string.IsNullOrEmpty(reasoning.ProtectedData))
        {
            OpenBlock(output, Block.Thinking);
            _frames.Delta(output, "signature_delta", "signature", SignatureText.Write(reasoning));
            CloseBlock(output);
        }
    }

    /// <summary>Writes a piece of text. A pair of surrogates that two pieces share is put together: half of one is no text.</summary>
    private void WriteText(IBufferWriter<byte> output, Block kind, string text)
    {
        if (_open != kind)
        {
            OpenBlock(output, kind);
        }

        text = _half + text;
        _half = null;
        if (char.IsHighSurrogate(text[^1]))
        {
            _half = text[^1];
            text = text[..^1];
        }

        if (text.Length > 0)
        {
            WriteTextDelta(output, text);
        }
    }

    private void WriteTextDelta(IBufferWriter<byte> output, string text)
    {
        var isText = _open == Block.Text;
        _frames.Delta(output, isText ? "text_delta" : "thinking_delta", isText ? "text" : "thinking", text);
    }

    private void WriteCall(IBufferWriter<byte> output, FunctionCallContent call)
    {
        _hasCalls = true;
        CloseBlock(output);
        Start(output);
        _frames.StartBlock(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "tool_use"u8);
            writer.WriteString("id"u8, call.CallId);
            writer.WriteString("name"u8, call.Name);
            writer.WriteStartObject("input"u8);
            writer.WriteEndObject();
            ContentWriter.WriteExtra(writer, call);
            writer.WriteEndObject();
        });
        var input = new ArrayBufferWriter<byte>();
        WireJson.Write(input, writer => ContentWriter.WriteInput(writer, call));
        _frames.Delta(output, "input_json_delta", "partial_json", Encoding.UTF8.GetString(input.WrittenSpan));
        _frames.StopBlock(output);
    }

    private void WriteThought(IBufferWriter<byte> output, AIContent content)
    {
        if (ContentWriter.ThoughtOf(content) is { } thought)
        {
            WriteWhole(output, writer => ContentWriter.WriteRedacted(writer, thought));
        }
    }

    private void WriteCitations(IBufferWriter<byte> output, JsonElement list)
    {
        if (_open != Block.Text)
        {
            return; // there is no text that they could belong to
        }

        foreach (var citation in list.EnumerateArray())
        {
            _frames.Delta(output, "citations_delta", writer =>
            {
                writer.WritePropertyName("citation"u8);
                citation.WriteTo(writer);
            });
        }

        CloseBlock(output); // the next text is not covered by them
    }

    /// <summary>A block that has no pieces.</summary>
    private void WriteWhole(IBufferWriter<byte> output, Action<Utf8JsonWriter> block)
    {
        CloseBlock(output);
        Start(output);
        _frames.StartBlock(output, block);
        _frames.StopBlock(output);
    }

    private void OpenBlock(IBufferWriter<byte> output, Block kind)
    {
        if (_open == kind)
        {
            return;
        }

        CloseBlock(output);
        Start(output);
        _open = kind;
        _frames.StartBlock(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, kind == Block.Text ? "text"u8 : "thinking"u8);
            if (kind == Block.Text)
            {
                writer.WriteString("text"u8, ""u8);
            }
            else
            {
                writer.WriteString("thinking"u8, ""u8);
                writer.WriteString("signature"u8, ""u8);
            }

            writer.WriteEndObject();
        });
    }

    private void CloseBlock(IBufferWriter<byte> output)
    {
        if (_open == Block.None)
        {
            return;
        }

        if (_half is { } half)
        {
            _half = null;
            WriteTextDelta(output, half.ToString());
        }

        _open = Block.None;
        _frames.StopBlock(output);
    }

    private void Start(IBufferWriter<byte> output) => _frames.Start(output, _usage ?? default);
}
