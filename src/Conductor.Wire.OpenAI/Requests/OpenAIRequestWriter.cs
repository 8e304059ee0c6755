using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Chat requests: types to bytes.</summary>
public static class OpenAIRequestWriter
{
    // Members that this writer sets itself: the same names among the additional properties would stand twice.
    private static readonly string[] Own =
    [
        "model", "messages", "stream", "stream_options", "temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "stop", "parallel_tool_calls",
        "response_format", "tools", "provider", ChatKeys.Strict,
    ];

    /// <summary>Writes a request. A stream always asks for usage: calls have to be paid.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The target's own name of the model; <see cref="ChatOptions.ModelId"/> is ignored.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Sampling, tools, format; see <see cref="ChatKeys"/>.</param>
    /// <param name="isStreaming">Whether the answer comes as a stream.</param>
    /// <param name="maxTokensMember">`max_tokens`, which every compatible server reads, or `max_completion_tokens`, which OpenAI's own wants.</param>
    /// <exception cref="WireRequestException">A message or option holds what the dialect cannot say.</exception>
    public static void Write(
        IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, string maxTokensMember = "max_tokens")
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteStartArray("messages"u8);
            if (!string.IsNullOrEmpty(options?.Instructions))
            {
                MessageWriter.Write(writer, new ChatMessage(ChatRole.System, options.Instructions), "instructions");
            }

            var index = 0;
            foreach (var message in messages)
            {
                MessageWriter.Write(writer, message, $"messages[{index++}]");
            }

            writer.WriteEndArray();
            if (options is not null)
            {
                WriteOptions(writer, options, maxTokensMember);
            }

            if (isStreaming)
            {
                writer.WriteBoolean("stream"u8, true);
                writer.WriteStartObject("stream_options"u8);
                writer.WriteBoolean("include_usage"u8, true);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteOptions(Utf8JsonWriter writer, ChatOptions options, string maxTokensMember)
    {
        WriteNumber(writer, "temperature", options.Temperature);
        WriteNumber(writer, "top_p", options.TopP);
        WriteNumber(writer, "frequency_penalty", options.FrequencyPenalty);
        WriteNumber(writer, "presence_penalty", options.PresencePenalty);
        if (options.TopK is { } topK)
        {
            // Not OpenAI's own; vLLM, llama.cpp and LM Studio read it.
            writer.WriteNumber("top_k"u8, topK);
        }

        if (options.MaxOutputTokens is { } maximum)
        {
            writer.WriteNumber(maxTokensMember, maximum);
        }

        if (options.Seed is { } seed)
        {
            writer.WriteNumber("seed"u8, seed);
        }

        if (options.StopSequences is { Count: > 0 } stops)
        {
            writer.WriteStartArray("stop"u8);
            foreach (var stop in stops)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }

        if (Effort(options.Reasoning?.Effort) is { } effort)
        {
            writer.WriteString("reasoning_effort"u8, effort);
        }

        WriteResponseFormat(writer, options);
        ToolWriter.Write(writer, options);
        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            var isWritten = Own.Contains(name)
                || (name is "max_tokens" or "max_completion_tokens" && options.MaxOutputTokens is not null)
                || (name == "reasoning_effort" && options.Reasoning?.Effort is not null)
                || (name == "top_k" && options.TopK is not null)
                || (name == "tool_choice" && options.ToolMode is not null)
                || ChatKeys.IsNote(name);
            if (!isWritten)
            {
                writer.WritePropertyName(name);
                LooseValue.Write(writer, value, name);
            }
        }
    }

    private static void WriteResponseFormat(Utf8JsonWriter writer, ChatOptions options)
    {
        switch (options.ResponseFormat)
        {
            case null:
                return;
            case ChatResponseFormatText:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "text"u8);
                break;
            case ChatResponseFormatJson { Schema: null }:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "json_object"u8);
                break;
            case ChatResponseFormatJson { Schema: { } schema } json:
                writer.WriteStartObject("response_format"u8);
                writer.WriteString("type"u8, "json_schema"u8);
                writer.WriteStartObject("json_schema"u8);
                writer.WriteString("name"u8, string.IsNullOrEmpty(json.SchemaName) ? "answer" : json.SchemaName);
                if (!string.IsNullOrEmpty(json.SchemaDescription))
                {
                    writer.WriteString("description"u8, json.SchemaDescription);
                }

                writer.WritePropertyName("schema"u8);
                schema.WriteTo(writer);
                if (options.AdditionalProperties?.TryGetValue(ChatKeys.Strict, out bool strict) == true)
                {
                    writer.WriteBoolean("strict"u8, strict);
                }

                writer.WriteEndObject();
                break;
            default:
                throw new WireRequestException("response_format", "'response_format' is of a kind that this dialect does not know.", WireRequestCodes.Unsupported);
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is not { } number)
        {
            return;
        }

        if (!float.IsFinite(number))
        {
            throw new WireRequestException(name, $"'{name}' must be a finite number.", WireRequestCodes.InvalidValue);
        }

        writer.WriteNumber(name, number);
    }

    private static string? Effort(ReasoningEffort? effort) => effort switch
    {
        ReasoningEffort.None => "none",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "xhigh",
        _ => null,
    };
}
