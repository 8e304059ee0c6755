using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>
/// One stream's chunks: updates to bytes. Keeps the promises of the dialect: one id, the role first, exactly one finish per choice, usage last and
/// only when asked for, `[DONE]` only after <see cref="Complete"/>. For one stream, not for two threads.
/// </summary>
public sealed class OpenAIChunkWriter
{
    private readonly string _id;
    private readonly string _model;
    private readonly long _created;
    private readonly bool _wantsUsage;
    private readonly SortedDictionary<int, ChoiceState> _choices = [];
    private WireUsage? _usage;

    /// <summary>Begins a stream; nothing is written yet.</summary>
    /// <param name="id">For example `chatcmpl-…`; the same in every chunk.</param>
    /// <param name="model">What the caller is told of the model.</param>
    /// <param name="created">When the answer began.</param>
    /// <param name="wantsUsage">Whether the caller asked for usage (`stream_options.include_usage`).</param>
    public OpenAIChunkWriter(string id, string model, DateTimeOffset created, bool wantsUsage)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(model);
        _id = id;
        _model = model;
        _created = created.ToUnixTimeSeconds();
        _wantsUsage = wantsUsage;
    }

    /// <summary>Writes an update as events with their blank lines; nothing for an update without content. A finish reason is kept for the end.</summary>
    public void Write(IBufferWriter<byte> output, ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(update);
        var index = update.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int given) == true ? given : 0;
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case UsageContent usage:
                    _usage = WireUsage.FromDetails(usage.Details) ?? _usage;
                    break;
                case TextContent text:
                    WriteAnswer(output, index, text, update);
                    break;
                case TextReasoningContent reasoning:
                    WriteThinking(output, index, reasoning, update);
                    break;
                case FunctionCallContent or ErrorContent { ErrorCode: ChatKeys.Refusal }:
                    WriteContent(output, index, content);
                    break;
            }
        }

        if (update.FinishReason is { } finish)
        {
            Choice(index).Finish ??= finish.Value;
        }
    }

    /// <summary>Ends a stream that succeeded: the finish chunks, the usage chunk when it was asked for, `[DONE]`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the answer took; what the updates said where null.</param>
    public void Complete(IBufferWriter<byte> output, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_choices.Count == 0)
        {
            Choice(0);
        }

        foreach (var (index, state) in _choices)
        {
            if (!state.IsRoleOut)
            {
                WriteRole(output, index, state);
            }

            foreach (var (member, half) in state.Halves)
            {
                WriteDelta(output, index, member, half.ToString(), null);
            }

            WriteChunk(output, writer =>
            {
                StartChoice(writer, index);
                writer.WriteEndObject();
                EndChoice(writer, OpenAIResponseWriter.FinishText(state.Finish, state.ToolCalls > 0));
            });
        }

        if (_wantsUsage && (usage ?? _usage) is { } stated)
        {
            WriteChunk(output, writer => UsageWriter.Write(writer, stated), hasChoices: false);
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>Writes a piece of text. A pair of surrogates that two pieces share is put together: half of one is no text.</summary>
    private void WriteText(IBufferWriter<byte> output, int index, string member, string text, ChatResponseUpdate update)
    {
        var state = Choice(index);
        if (state.Halves.Remove(member, out var half))
        {
            text = half + text;
        }

        if (char.IsHighSurrogate(text[^1]))
        {
            state.Halves[member] = text[^1];
            text = text[..^1];
        }

        if (text.Length > 0)
        {
            if (!state.IsRoleOut)
            {
                WriteRole(output, index, state);
            }

            WriteDelta(output, index, member, text, update);
        }
    }

    private void WriteAnswer(IBufferWriter<byte> output, int index, TextContent text, ChatResponseUpdate update)
    {
        if (text.Text.Length > 0)
        {
            WriteText(output, index, "content", text.Text, update);
        }

        if (ThoughtSignatures.Of(text) is { } signature)
        {
            WriteMember(output, index, writer => ThoughtSignatures.Write(writer, signature, null));
        }
    }

    private void WriteThinking(IBufferWriter<byte> output, int index, TextReasoningContent thinking, ChatResponseUpdate update)
    {
        var state = Choice(index);
        if (thinking.Text.Length > 0)
        {
            WriteText(output, index, "reasoning_content", thinking.Text, update);
            state.Thinking.Append(thinking.Text);
        }

        if (thinking.ProtectedData is not null)
        {
            // The signature is of all the text before it: told once, whole, as soon as it is complete. Withheld thinking has no text, and is of none.
            var isWithheld = thinking.AdditionalProperties?.TryGetValue(ChatKeys.Redacted, out bool redacted) == true && redacted;
            var text = isWithheld ? "" : state.Thinking.ToString();
            WriteMember(output, index, writer =>
            {
                writer.WriteStartArray(ReasoningDetails.Member);
                ReasoningDetails.Write(writer, thinking, text, state.Details++);
                writer.WriteEndArray();
            });
            state.Thinking.Clear();
        }
    }

    private void WriteDelta(IBufferWriter<byte> output, int index, string member, string text, ChatResponseUpdate? update) => WriteChunk(output, writer =>
    {
        StartChoice(writer, index);
        writer.WriteString(member, text);
        writer.WriteEndObject();
        if (update?.AdditionalProperties?.TryGetValue("logprobs", out var logprobs) == true)
        {
            writer.WritePropertyName("logprobs"u8);
            LooseValue.Write(writer, logprobs, "logprobs");
        }

        EndChoice(writer, null);
    });

    private void WriteContent(IBufferWriter<byte> output, int index, AIContent content)
    {
        var state = Choice(index);
        WriteMember(output, index, writer =>
        {
            if (content is FunctionCallContent call)
            {
                MessageWriter.WriteToolCalls(writer, [call], withIndex: true, state.ToolCalls++);
            }
            else
            {
                writer.WriteString("refusal"u8, ((ErrorContent)content).Message);
            }
        });
    }

    /// <summary>Writes a delta with one member, behind the role.</summary>
    private void WriteMember(IBufferWriter<byte> output, int index, Action<Utf8JsonWriter> member)
    {
        var state = Choice(index);
        if (!state.IsRoleOut)
        {
            WriteRole(output, index, state);
        }

        WriteChunk(output, writer =>
        {
            StartChoice(writer, index);
            member(writer);
            writer.WriteEndObject();
            EndChoice(writer, null);
        });
    }

    private void WriteRole(IBufferWriter<byte> output, int index, ChoiceState state)
    {
        state.IsRoleOut = true;
        WriteChunk(output, writer =>
        {
            StartChoice(writer, index);
            writer.WriteString("role"u8, "assistant"u8);
            writer.WriteString("content"u8, ""u8);
            writer.WriteEndObject();
            EndChoice(writer, null);
        });
    }

    private void WriteChunk(IBufferWriter<byte> output, Action<Utf8JsonWriter> body, bool hasChoices = true)
    {
        output.Write("data: "u8);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, _id);
            writer.WriteString("object"u8, "chat.completion.chunk"u8);
            writer.WriteNumber("created"u8, _created);
            writer.WriteString("model"u8, _model);
            writer.WriteStartArray("choices"u8);
            if (hasChoices)
            {
                body(writer);
                writer.WriteEndArray();
                if (_wantsUsage)
                {
                    writer.WriteNull("usage"u8);
                }
            }
            else
            {
                writer.WriteEndArray();
                body(writer);
            }

            writer.WriteEndObject();
        });
        output.Write("\n\n"u8);
    }

    private static void StartChoice(Utf8JsonWriter writer, int index)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteStartObject("delta"u8);
    }

    private static void EndChoice(Utf8JsonWriter writer, string? finish)
    {
        writer.WriteString("finish_reason"u8, finish);
        writer.WriteEndObject();
    }

    private ChoiceState Choice(int index)
    {
        if (!_choices.TryGetValue(index, out var state))
        {
            _choices[index] = state = new ChoiceState();
        }

        return state;
    }
}
