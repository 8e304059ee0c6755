using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>
/// One stream's events: updates to bytes. Keeps the promises of the dialect: every event numbered, every item and part announced before it grows and
/// told whole at its end, exactly one last event. For one stream, not for two threads.
/// </summary>
/// <remarks>Call <see cref="Write"/> for each update, then <see cref="End"/>, <see cref="Response"/> and <see cref="Complete"/>; or <see cref="Fail"/>, at any time.</remarks>
public sealed class ResponsesEventWriter
{
    private readonly ResponsesHead _head;
    private readonly bool _isStored;
    private readonly OutputAssembler _assembler;
    private readonly EventSink _sink;
    private ChatFinishReason? _finish;
    private WireUsage? _usage;

    /// <summary>Begins a stream; nothing is written yet.</summary>
    /// <param name="head">Who the answer is and what was asked.</param>
    /// <param name="isStored">What its first events say of `store`.</param>
    public ResponsesEventWriter(ResponsesHead head, bool isStored)
    {
        ArgumentNullException.ThrowIfNull(head);
        _head = head;
        _isStored = isStored;
        _sink = new EventSink();
        _assembler = new OutputAssembler(head, _sink);
    }

    /// <summary>Writes an update as events with their blank lines; the first call announces the answer. A finish reason is kept for the end.</summary>
    public void Write(IBufferWriter<byte> output, ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(update);
        Begin(output);
        if (update.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int choice) == true && choice > 0)
        {
            return;
        }

        var logprobs = ResponseObject.Logprobs(update.AdditionalProperties);
        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
            {
                _usage = WireUsage.FromDetails(usage.Details) ?? _usage;
                continue;
            }

            _assembler.Add(content, logprobs);
        }

        _finish ??= update.FinishReason;
    }

    /// <summary>Ends what is open of a stream that succeeded; its last event is still to come.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the answer took; what the updates said where null.</param>
    public void End(IBufferWriter<byte> output, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        Begin(output);
        _usage = usage ?? _usage;
        _assembler.End(ResponseObject.Incomplete(_finish) is not null);
    }

    /// <summary>The whole answer, as its last event holds it and as it may be kept.</summary>
    /// <param name="isStored">What it says of `store`.</param>
    public ReadOnlyMemory<byte> Response(bool isStored)
    {
        var incomplete = ResponseObject.Incomplete(_finish);
        var output = new ArrayBufferWriter<byte>(1024);
        WireJson.Write(output, writer => ResponseObject.Write(
            writer, _head, incomplete is null ? "completed" : "incomplete", _assembler.Items, _usage, incomplete, isStored));
        return output.WrittenMemory;
    }

    /// <summary>The last event, `response.completed` or `response.incomplete`. The dialect has no end mark.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">What <see cref="Response"/> gave.</param>
    public void Complete(IBufferWriter<byte> output, ReadOnlyMemory<byte> response)
    {
        _sink.Output = output;
        _sink.Emit(ResponseObject.Incomplete(_finish) is null ? "response.completed" : "response.incomplete", writer =>
        {
            writer.WritePropertyName("response"u8);
            writer.WriteRawValue(response.Span, skipInputValidation: true);
        });
    }

    /// <summary>The last events of a stream that failed: `error`, flat as it is documented and nested as it is sent, then `response.failed`.</summary>
    public void Fail(IBufferWriter<byte> output, WireError error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        Begin(output);
        _sink.Emit("error", writer => ResponsesErrorWriter.WriteMembers(writer, error));
        _sink.Emit("response.failed", writer =>
        {
            writer.WritePropertyName("response"u8);
            ResponseObject.Write(writer, _head, "failed", _assembler.Items, _usage, incomplete: null, isStored: false, error);
        });
    }

    private void Begin(IBufferWriter<byte> output)
    {
        _sink.Output = output;
        if (_sink.HasBegun)
        {
            return;
        }

        foreach (var name in (ReadOnlySpan<string>)["response.created", "response.in_progress"])
        {
            _sink.Emit(name, writer =>
            {
                writer.WritePropertyName("response"u8);
                ResponseObject.Write(writer, _head, "in_progress", [], usage: null, incomplete: null, _isStored);
            });
        }
    }
}
