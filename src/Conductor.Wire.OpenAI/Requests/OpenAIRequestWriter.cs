using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Chat requests: types to bytes.</summary>
public static class OpenAIRequestWriter
{
    private static readonly OpenAITarget Usual = new();

    /// <summary>Writes a request. A stream always asks for usage: calls have to be paid.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The target's own name of the model; <see cref="ChatOptions.ModelId"/> is ignored.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Sampling, tools, format; see <see cref="ChatKeys"/>.</param>
    /// <param name="isStreaming">Whether the answer comes as a stream.</param>
    /// <param name="target">What the target reads; null: what every server of this dialect does.</param>
    /// <returns>What was left out; names as callers of this dialect know them, others as their own dialect writes them.</returns>
    /// <exception cref="WireRequestException">A message or option holds what the dialect cannot say, or what would be lost while losses are refused.</exception>
    public static LossReport Write(
        IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, OpenAITarget? target = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        target ??= Usual;
        var losses = LossReport.For(options);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteStartArray("messages"u8);
            if (!string.IsNullOrEmpty(options?.Instructions))
            {
                MessageWriter.Write(writer, new ChatMessage(ChatRole.System, options.Instructions), "instructions", target, losses);
            }

            var index = 0;
            foreach (var message in messages)
            {
                MessageWriter.Write(writer, message, $"messages[{index++}]", target, losses);
            }

            writer.WriteEndArray();
            if (options is not null)
            {
                OptionsWriter.Write(writer, options, target, losses);
            }

            if (isStreaming)
            {
                writer.WriteBoolean("stream"u8, true);
                WriteStreamOptions(writer, target);
            }

            writer.WriteEndObject();
        });
        return losses;
    }

    private static void WriteStreamOptions(Utf8JsonWriter writer, OpenAITarget target)
    {
        if (target.HasStreamOptions)
        {
            writer.WriteStartObject("stream_options"u8);
            writer.WriteBoolean("include_usage"u8, true);
            writer.WriteEndObject();
        }
    }
}
