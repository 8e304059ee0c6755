using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Requests for a message: types to bytes.</summary>
public static class AnthropicRequestWriter
{
    /// <summary>Writes a request to `/v1/messages`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The target's own name of the model; <see cref="ChatOptions.ModelId"/> is ignored.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Sampling, tools, format; see <see cref="ChatKeys"/>.</param>
    /// <param name="target">What the model takes.</param>
    /// <param name="isStreaming">Whether the answer comes as a stream.</param>
    /// <returns>What was left out or said in other words.</returns>
    /// <exception cref="WireRequestException">A message or option holds what the dialect cannot say, or a loss that the caller does not allow.</exception>
    public static LossReport Write(
        IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, AnthropicTarget target, bool isStreaming) =>
        Write(output, model, messages, options, target, (writer, given, left) =>
        {
            SamplingWriter.Write(writer, given, target, left);
            ExtraWriter.Write(writer, given, left);
            if (isStreaming)
            {
                writer.WriteBoolean("stream"u8, true);
            }
        }, isCount: false);

    /// <summary>Writes a request to `/v1/messages/count_tokens`: what of the request takes room in the prompt.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The target's own name of the model.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Tools and format; the rest takes no room and is not said.</param>
    /// <param name="target">What the model takes.</param>
    /// <returns>What was left out or said in other words.</returns>
    /// <exception cref="WireRequestException">A message or option holds what the dialect cannot say.</exception>
    public static LossReport WriteCount(IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, AnthropicTarget target) =>
        Write(output, model, messages, options, target, static (_, _, _) => { }, isCount: true);

    private static LossReport Write(
        IBufferWriter<byte> output,
        string model,
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        AnthropicTarget target,
        Action<Utf8JsonWriter, ChatOptions, LossReport> rest,
        bool isCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.MaxTokens, 1);
        var left = LossReport.For(options);
        var given = options ?? new ChatOptions();
        var builder = new TurnBuilder(target, left);
        var turns = builder.Build(messages, given.Instructions);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            if (!isCount)
            {
                WriteMaxTokens(writer, given, target, left);
            }

            OutputWriter.AddJsonRule(given, builder.System, left);
            WriteMessages(writer, builder.System, turns, left);
            ToolWriter.Write(writer, given, left);
            OutputWriter.Write(writer, given, target, left);
            rest(writer, given, left);
            writer.WriteEndObject();
        });
        return left;
    }

    private static void WriteMaxTokens(Utf8JsonWriter writer, ChatOptions options, AnthropicTarget target, LossReport left)
    {
        if (options.MaxOutputTokens is null)
        {
            left.Change("max_tokens"); // the wire must have it, and the caller set none
        }

        writer.WriteNumber("max_tokens"u8, options.MaxOutputTokens ?? target.MaxTokens);
    }

    private static void WriteMessages(Utf8JsonWriter writer, List<(AIContent Content, string Path)> system, IReadOnlyList<Turn> turns, LossReport left)
    {
        var blocks = new BlockWriter(writer, left);
        if (system is [(TextContent { AdditionalProperties: null or { Count: 0 } } text, _)])
        {
            writer.WriteString("system"u8, text.Text);
        }
        else if (system.Count > 0)
        {
            writer.WritePropertyName("system"u8);
            blocks.WriteAll(system);
        }

        writer.WriteStartArray("messages"u8);
        foreach (var turn in turns)
        {
            writer.WriteStartObject();
            writer.WriteString("role"u8, turn.Role);
            writer.WritePropertyName("content"u8);
            if (turn.PlainText is { } plain)
            {
                writer.WriteStringValue(plain);
            }
            else
            {
                blocks.WriteAll(turn.Contents);
            }

            foreach (var (name, value) in turn.Extra)
            {
                writer.WritePropertyName(name);
                LooseValue.Write(writer, value, "messages." + name);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
