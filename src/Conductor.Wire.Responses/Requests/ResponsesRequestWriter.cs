using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Requests: types to bytes.</summary>
public static class ResponsesRequestWriter
{
    // Of the chat dialect's members, those that stand here under their own name, and those that other members have said.
    private static readonly string[] Same = ["user", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "metadata", "top_logprobs"];
    private static readonly string[] SaidElsewhere = ["verbosity", "reasoning_effort", "logprobs", "store", "stream_options", "n", "tool_choice", ChatKeys.Strict];

    /// <summary>Writes a request. It is never kept at the target (`store` is false): what is kept, the gateway keeps.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The target's own name of the model; <see cref="ChatOptions.ModelId"/> is ignored.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">Sampling, tools, format; see <see cref="ChatKeys"/>.</param>
    /// <param name="isStreaming">Whether the answer comes as a stream.</param>
    /// <param name="loss">What was left out.</param>
    /// <exception cref="WireRequestException">A message or option holds what the dialect cannot say, or what an answer would be wrong without.</exception>
    public static void Write(IBufferWriter<byte> output, string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, LossReport loss)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(loss);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            if (!string.IsNullOrEmpty(options?.Instructions))
            {
                writer.WriteString("instructions"u8, options.Instructions);
            }

            writer.WriteStartArray("input"u8);
            var index = 0;
            foreach (var message in messages)
            {
                ItemWriter.Write(writer, message, $"messages[{index++}]", loss);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("store"u8, false);
            WriteInclude(writer, options);
            if (options is not null)
            {
                WriteOptions(writer, options, loss);
            }

            if (isStreaming)
            {
                writer.WriteBoolean("stream"u8, true);
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteOptions(Utf8JsonWriter writer, ChatOptions options, LossReport loss)
    {
        var extra = options.AdditionalProperties ?? [];
        if (extra.TryGetValue("n", out var choices) && choices is not (null or 1 or 1L) && !(choices is JsonElement { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var count) && count == 1))
        {
            throw new WireRequestException("n", "'n' above 1 cannot be asked of this model; its dialect gives one answer.", WireRequestCodes.Unsupported);
        }

        WriteNumber(writer, "temperature", options.Temperature);
        WriteNumber(writer, "top_p", options.TopP);
        if (options.MaxOutputTokens is { } maximum)
        {
            writer.WriteNumber("max_output_tokens"u8, maximum);
        }

        Drop(loss, options.Seed is not null, "seed");
        Drop(loss, options.StopSequences is { Count: > 0 }, "stop");
        Drop(loss, options.FrequencyPenalty is not (null or 0), "frequency_penalty");
        Drop(loss, options.PresencePenalty is not (null or 0), "presence_penalty");
        Drop(loss, options.TopK is not null, "top_k");
        Drop(loss, extra.ContainsKey(ChatKeys.ThinkingBudget), "thinking_budget");
        WriteReasoning(writer, options, extra);
        WriteText(writer, options, extra);
        ResponsesToolWriter.Write(writer, options, extra);
        foreach (var (name, value) in extra)
        {
            WriteExtra(writer, name, value, loss);
        }
    }

    private static void WriteExtra(Utf8JsonWriter writer, string name, object? value, LossReport loss)
    {
        if (ChatKeys.IsNote(name) || SaidElsewhere.Contains(name))
        {
            return;
        }

        if (ChatKeys.TrySplit(name, out var dialect, out var member))
        {
            if (dialect != ResponsesKeys.Dialect)
            {
                loss.Drop(name);
                return;
            }

            if (member is "include" or "tool_choice" or "reasoning.summary")
            {
                return; // written where they belong
            }
        }
        else if (!Same.Contains(name))
        {
            loss.Drop(name);
            return;
        }

        writer.WritePropertyName(member);
        LooseValue.Write(writer, value, name);
    }

    /// <summary>What is asked for besides the answer: sealed reasoning always, because nothing is kept at the target.</summary>
    private static void WriteInclude(Utf8JsonWriter writer, ChatOptions? options)
    {
        var wanted = new SortedSet<string>(StringComparer.Ordinal) { "reasoning.encrypted_content" };
        var extra = options?.AdditionalProperties;
        if (extra?.TryGetValue(ChatKeys.Of(ResponsesKeys.Dialect, "include"), out JsonElement include) == true)
        {
            wanted.UnionWith(include.EnumerateArray().Select(item => item.GetString()!));
        }

        if (extra?.TryGetValue("logprobs", out var logprobs) == true && logprobs is true or JsonElement { ValueKind: JsonValueKind.True })
        {
            wanted.Add("message.output_text.logprobs");
        }

        writer.WriteStartArray("include"u8);
        foreach (var item in wanted)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    private static void WriteReasoning(Utf8JsonWriter writer, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        string? effort = options.Reasoning?.Effort switch
        {
            ReasoningEffort.None => "none",
            ReasoningEffort.Low => "low",
            ReasoningEffort.Medium => "medium",
            ReasoningEffort.High => "high",
            ReasoningEffort.ExtraHigh => "xhigh",
            _ => null,
        };
        object? given = effort;
        if (given is null)
        {
            extra.TryGetValue("reasoning_effort", out given);
        }

        extra.TryGetValue(ChatKeys.Of(ResponsesKeys.Dialect, "reasoning.summary"), out var summary);
        summary ??= options.Reasoning?.Output switch
        {
            ReasoningOutput.Summary => "auto",
            ReasoningOutput.Full => "detailed",
            _ => null,
        };
        if (given is null && summary is null)
        {
            return;
        }

        writer.WriteStartObject("reasoning"u8);
        if (given is not null)
        {
            writer.WritePropertyName("effort"u8);
            LooseValue.Write(writer, given, "reasoning_effort");
        }

        if (summary is not null)
        {
            writer.WritePropertyName("summary"u8);
            LooseValue.Write(writer, summary, "reasoning.summary");
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        var hasVerbosity = extra.TryGetValue("verbosity", out var verbosity) && verbosity is not null;
        if (options.ResponseFormat is null && !hasVerbosity)
        {
            return;
        }

        writer.WriteStartObject("text"u8);
        if (options.ResponseFormat is { } format)
        {
            writer.WriteStartObject("format"u8);
            switch (format)
            {
                case ChatResponseFormatText:
                    writer.WriteString("type"u8, "text"u8);
                    break;
                case ChatResponseFormatJson { Schema: null }:
                    writer.WriteString("type"u8, "json_object"u8);
                    break;
                case ChatResponseFormatJson { Schema: { } schema } json:
                    writer.WriteString("type"u8, "json_schema"u8);
                    writer.WriteString("name"u8, string.IsNullOrEmpty(json.SchemaName) ? "answer" : json.SchemaName);
                    if (!string.IsNullOrEmpty(json.SchemaDescription))
                    {
                        writer.WriteString("description"u8, json.SchemaDescription);
                    }

                    writer.WritePropertyName("schema"u8);
                    schema.WriteTo(writer);
                    if (extra.TryGetValue(ChatKeys.Strict, out bool strict))
                    {
                        writer.WriteBoolean("strict"u8, strict);
                    }

                    break;
                default:
                    throw new WireRequestException("response_format", "'response_format' is of a kind that this dialect does not know.", WireRequestCodes.Unsupported);
            }

            writer.WriteEndObject();
        }

        if (hasVerbosity)
        {
            writer.WritePropertyName("verbosity"u8);
            LooseValue.Write(writer, verbosity, "verbosity");
        }

        writer.WriteEndObject();
    }

    private static void Drop(LossReport loss, bool isThere, string name)
    {
        if (isThere)
        {
            loss.Drop(name);
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, float? value)
    {
        if (value is { } number)
        {
            if (!float.IsFinite(number))
            {
                throw new WireRequestException(name, $"'{name}' must be a finite number.", WireRequestCodes.InvalidValue);
            }

            writer.WriteNumber(name, number);
        }
    }
}
