using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>Chat requests for `/api/chat`: types to bytes.</summary>
public static class OllamaChatWriter
{
    /// <summary>Writes a request.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The server's name of the model; <see cref="ChatOptions.ModelId"/> is ignored.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Sampling, tools, format. Additional properties have the names of the OpenAI dialect.</param>
    /// <param name="serving">How the model is to be run.</param>
    /// <param name="isStreaming">Whether the answer comes line by line; said either way, for the server's own default is yes.</param>
    /// <returns>What was asked for and could be left out without a different answer being asked for, and what was said in other words.</returns>
    /// <exception cref="WireRequestException">A message or an option holds what this dialect cannot say.</exception>
    public static LossReport Write(
        IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, OllamaServing serving, bool isStreaming)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(serving);
        var left = LossReport.For(options);
        OllamaJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteBoolean("stream"u8, isStreaming);

            // By default the server drops older turns of a conversation that is too long, and says nothing. Both switches turn that into an error.
            writer.WriteBoolean("truncate"u8, false);
            writer.WriteBoolean("shift"u8, false);
            OllamaMessageWriter.WriteAll(writer, messages, options?.Instructions, left);
            OllamaToolWriter.Write(writer, options, left);
            WriteFormat(writer, options?.ResponseFormat);
            serving.WriteThink(writer);
            WriteOwn(writer, options, serving);
            WriteLogprobs(writer, options, left);
            OllamaOptionsWriter.Write(writer, options, serving.NumCtx, left);
            writer.WriteEndObject();
        });
        return left;
    }

    /// <summary>Whether a key is a member at the top of a body that only this dialect has. How prompts that are too long are dealt with is not the caller's to say.</summary>
    internal static bool IsOwn(string key) =>
        ChatKeys.TrySplit(key, out var dialect, out var member) && dialect == "ollama" && !member.Contains('.', StringComparison.Ordinal) && member is not ("truncate" or "shift");

    private static void WriteOwn(Utf8JsonWriter writer, ChatOptions? options, OllamaServing serving)
    {
        if (options?.AdditionalProperties?.ContainsKey("ollama:keep_alive") != true)
        {
            serving.WriteKeepAlive(writer);
        }

        foreach (var (key, value) in options?.AdditionalProperties?.Where(pair => IsOwn(pair.Key)) ?? [])
        {
            writer.WritePropertyName(key["ollama:".Length..]);
            LooseValue.Write(writer, value, key);
        }
    }

    private static void WriteFormat(Utf8JsonWriter writer, ChatResponseFormat? format)
    {
        switch (format)
        {
            case null or ChatResponseFormatText:
                break;
            case ChatResponseFormatJson { Schema: { ValueKind: JsonValueKind.Object } schema }:
                writer.WritePropertyName("format"u8);
                schema.WriteTo(writer);
                break;
            case ChatResponseFormatJson { Schema: null or { ValueKind: JsonValueKind.True } }: // any JSON at all
                writer.WriteString("format"u8, "json"u8);
                break;
            case ChatResponseFormatJson:
                throw new WireRequestException("response_format", "'response_format' holds a JSON schema that is no object; Ollama takes no others.", WireRequestCodes.Unsupported);
            default:
                throw new WireRequestException("response_format", "'response_format' is of a kind that Ollama does not know.", WireRequestCodes.Unsupported);
        }
    }

    private static void WriteLogprobs(Utf8JsonWriter writer, ChatOptions? options, LossReport left)
    {
        if (options?.AdditionalProperties is not { } extra || !extra.TryGetValue("logprobs", out var asked) || !OptionValue.IsTrue(asked))
        {
            return;
        }

        left.MarkSaid("logprobs");
        writer.WriteBoolean("logprobs"u8, true);
        if (extra.TryGetValue("top_logprobs", out var top) && OptionValue.Integer(top) is { } count)
        {
            left.MarkSaid("top_logprobs");
            writer.WriteNumber("top_logprobs"u8, count);
        }
    }
}
